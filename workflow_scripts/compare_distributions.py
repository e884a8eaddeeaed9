"""Compare each pair of models by Kolmogorov-Smirnov tests, and image by image by Wilcoxon's."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_rows
from alignment.comparison.distributions import KS_COLUMNS, compare, samples
from alignment.comparison.paired_tests import COLUMNS, compare_images


def main(input, output):
    found = samples(read_columns(input.distributions))
    write_rows(output.tests, KS_COLUMNS, compare(found))
    for path in output.paired_tests:
        write_rows(path, COLUMNS, compare_images(found))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
