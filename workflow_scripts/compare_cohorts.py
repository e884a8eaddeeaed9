"""Correlate the maps' mean scores between the cohorts of each dataset."""

from itertools import product

from alignment.comparison.cohorts import COLUMNS, compare_cohorts
from alignment.importance.fold_scores import mean_scores, read_scores
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_rows


def main(input, output, params):
    # The folds of one cohort and model stand side by side.
    folds = iter(input.ais)
    n_folds = len(input.ais) // (len(params.datasets) * len(params.models))
    scores = {
        (cohort, model): mean_scores(read_scores([next(folds) for _ in range(n_folds)]))
        for cohort, model in product(params.datasets, params.models)
    }
    images = {
        cohort: read_columns(path)["index"]
        for cohort, path in zip(params.datasets, input.cohorts, strict=True)
    }
    table = []
    for dataset, model in product(dict.fromkeys(params.datasets.values()), params.models):
        cohorts = [name for name, other in params.datasets.items() if other == dataset]
        for row in compare_cohorts({name: scores[name, model] for name in cohorts}, images):
            table.append({"dataset": dataset, "model": model, **row})
    write_rows(output.cohorts, COLUMNS, table)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
