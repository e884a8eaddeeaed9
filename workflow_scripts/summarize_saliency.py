"""Summarize the overlap of heatmaps with saliency maps over cohorts and models."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.saliency.summary import COLUMNS, summarize
from alignment.statistics.holm import with_holm


def main(input, output, params):
    tests = groups_of(read_tables(input.tests), "cohort", "model")
    rows = []
    for (cohort, model), table in groups_of(read_tables(input.tables), "cohort", "model").items():
        summary = summarize(table, tests.get((cohort, model), {}), params.kinds)
        rows += [{"cohort": cohort, "model": model, **row} for row in summary]
    write_rows(output.summary, COLUMNS, with_holm(rows))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
