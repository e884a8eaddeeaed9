"""Correlate the maps' mean AIS between the cohorts of each dataset."""

from pathlib import Path

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import groups_of, read_columns, read_tables, write_rows
from alignment.comparison.cohorts import COLUMNS, compare_cohorts
from alignment.importance.fold_ais import mean_scores, scores_of_folds


def main(input, output, params):
    images = {Path(path).stem: read_columns(path)["index"] for path in input.cohorts}
    means = {}
    for (cohort, model), table in groups_of(read_tables(input.ais), "cohort", "model").items():
        _, scores = scores_of_folds(table)
        means.setdefault((params.datasets[cohort], model), {})[cohort] = mean_scores(scores)
    rows = []
    for (dataset, model), cohorts in means.items():
        compared = compare_cohorts(cohorts, images)
        rows += [{"dataset": dataset, "model": model, **row} for row in compared]
    write_rows(output.cohorts, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
