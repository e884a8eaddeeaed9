"""Summarize a dataset's measures over seeds, and test the differences between conditions."""

from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.tables import read_columns, write_rows
from alignment.topography.comparisons import (
    SUMMARY_COLUMNS,
    TEST_COLUMNS,
    compare,
    of_matching,
    summarize,
)


def main(input, output, dataset):
    table = read_columns(input.measures)
    write_rows(output.summary, SUMMARY_COLUMNS, summarize(dataset, table))
    write_rows(output.tests, TEST_COLUMNS, compare(dataset, table))
    warn(of_matching(dataset, table))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params.dataset)
