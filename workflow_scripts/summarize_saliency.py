"""Summarize the overlap of heatmaps with saliency maps over cohorts and models."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import groups_of, read_tables, rows_where, write_rows
from alignment.saliency.summary import COLUMNS, summarize
from alignment.statistics.holm import with_holm


def main(input, output, params):
    tests = read_tables(input.tests)  # without rows where the baseline is the only source
    rows = []
    for (cohort, model), table in groups_of(read_tables(input.tables), "cohort", "model").items():
        own = rows_where(tests, cohort=cohort, model=model)
        summary = summarize(table, own, params.kinds)
        rows += [{"cohort": cohort, "model": model, **row} for row in summary]
    write_rows(output.summary, COLUMNS, with_holm(rows))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
