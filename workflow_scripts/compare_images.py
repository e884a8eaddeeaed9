"""Compare each pair of models by Wilcoxon signed-rank tests over images, Holm-corrected."""

from alignment.distributions import samples
from alignment.job_log import job_log
from alignment.paired_tests import COLUMNS, compare_images
from alignment.tables import read_columns, write_rows


def main(input, output):
    rows = compare_images(samples(read_columns(input.distributions)))
    write_rows(output.tests, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
