"""Compare each pair of models by Kolmogorov-Smirnov tests, Holm-corrected over the table."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_rows
from alignment.comparison.distributions import KS_COLUMNS, compare, samples


def main(input, output):
    rows = compare(samples(read_columns(input.distributions)))
    write_rows(output.tests, KS_COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
