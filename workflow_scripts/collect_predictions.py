"""Put the fits of all and of the retained maps into one table, a row a fold."""

import numpy as np

from alignment.importance.folds import folds_of_seeds
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.tables import read_columns, write_rows

COLUMNS = (
    *("seed", "fold", "n_train", "n_test", "n_retained"),
    *("train_full", "train_retained", "test_full", "test_retained"),
)


def main(input, output, params):
    check_made_from(input.similarity, input)
    images = read_columns(input.cohort)["index"]
    judgments = read_arrays(input.similarity, "similarity")
    folds = folds_of_seeds(images, judgments, params.seeds, params.n_folds, params.unit)
    rows = []
    for (seed, k, fold), selection, retained in zip(
        folds, input.selection, input.retained, strict=True
    ):
        curve = read_columns(selection)
        n_retained = len(read_columns(retained)["map"])
        kept = n_retained - 1
        rows.append(
            {
                "seed": seed,
                "fold": k,
                "n_train": fold.n_train,
                "n_test": fold.n_test,
                "n_retained": n_retained,
                "train_full": curve["train_fit"][-1],
                "train_retained": curve["train_fit"][kept] if n_retained else np.nan,
                "test_full": curve["test_fit"][-1],
                "test_retained": curve["test_fit"][kept] if n_retained else np.nan,
            }
        )
    write_rows(output.predictions, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
