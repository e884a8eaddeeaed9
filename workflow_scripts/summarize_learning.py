"""Summarize over draws how the held-out fit grows with a study."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.prediction.learning import SUMMARY_COLUMNS, summarize


def main(input, output):
    which = ("cohort", "model")
    rows = []
    for key, table in groups_of(read_tables(input.tables), *which).items():
        rows += [dict(zip(which, key, strict=True)) | row for row in summarize(table)]
    write_rows(output.summary, (*which, *SUMMARY_COLUMNS), rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
