"""Summarize the overlap of heatmaps with saliency maps over cohorts and models."""

from alignment.artifacts.job_log import job_log
from alignment.statistics.holm import with_holm
from alignment.saliency.summary import COLUMNS, summarize
from alignment.artifacts.tables import read_columns, write_rows


def main(input, output, params):
    rows = []
    designs = [(cohort, model) for cohort in params.cohorts for model in params.models]
    for (cohort, model), table, tests in zip(designs, input.tables, input.tests, strict=True):
        rows += [
            {"cohort": cohort, "model": model, **row}
            for row in summarize(read_columns(table), read_columns(tests), params.kinds)
        ]
    write_rows(output.summary, COLUMNS, with_holm(rows))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
