"""Put the fits of all and of the retained maps into one table, a row per fold."""

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds

COLUMNS = (
    *("cohort", "model", "seed", "fold", "n_train", "n_test", "n_retained"),
    *("train_full", "train_retained", "test_full", "test_retained"),
)


def main(input, output, wildcards):
    check_made_from(input.folds, input, wildcards)
    curves = groups_of(read_tables(input.selection), "seed", "fold")
    retained = groups_of(read_tables(input.retained), "seed", "fold")
    rows = []
    for fold in Folds(**Arrays(input.folds)).of(read_arrays(input.judgments, "similarity")):
        curve = curves[fold.seed, fold.number]
        n_retained = len(retained_in(retained, fold))
        row = {
            "cohort": wildcards.cohort,
            "model": wildcards.model,
            "seed": fold.seed,
            "fold": fold.number,
            "n_train": fold.n_train,
            "n_test": fold.n_test,
            "n_retained": n_retained,
        }
        for side in ("train", "test"):
            fits = curve[f"{side}_fit"]
            row[f"{side}_full"] = fits[-1]
            row[f"{side}_retained"] = fits[n_retained - 1] if n_retained else np.nan
        rows.append(row)
    write_rows(output.predictions, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards)
