"""Compare each pair of models by Wilcoxon signed-rank tests over images, Holm-corrected."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_rows
from alignment.comparison.distributions import samples
from alignment.comparison.paired_tests import COLUMNS, compare_images


def main(input, output):
    rows = compare_images(samples(read_columns(input.distributions)))
    write_rows(output.tests, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
