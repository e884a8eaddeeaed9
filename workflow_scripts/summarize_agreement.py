"""Summarize over images how models agree, and how scores relate to activity."""

from alignment.importance import activity
from alignment.comparison import models as agreement
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_rows


def main(input, output, params):
    for name, columns, summarize in (
        ("heatmaps", agreement.SUMMARY_COLUMNS, agreement.summarize_agreement),
        ("activity", activity.SUMMARY_COLUMNS, activity.summarize_activity),
    ):
        paths = zip(params.cohorts, input[name], strict=True)
        tables = {cohort: read_columns(path) for cohort, path in paths}
        write_rows(output[name], columns, summarize(tables))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
