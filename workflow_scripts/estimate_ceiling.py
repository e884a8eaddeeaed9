"""Estimate the highest fit that the reliability of the judgments leaves room for."""

import numpy as np

from alignment.importance.folds import folds_of_seeds
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.similarity.pairs import pair_images
from alignment.prediction.reliability import ceiling, split_half_reliability
from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.tables import read_columns, write_rows

COLUMNS = ("cohort", "n_observers", "reliability", "ceiling")


def cohort_reliability(images, similarity, observers, params):
    """Return the reliability of the mean judgments over test pairs, averaged over folds."""
    first, second = pair_images(len(similarity))
    observers = observers[:, first, second]
    kind = "spearman" if params.fit == "spearman" else "pearson"
    folds = folds_of_seeds(images, similarity, params.seeds, params.n_folds, params.unit)
    return np.nanmean(
        [
            split_half_reliability(observers[:, fold.test_pairs], kind, seed=seed)
            for seed, _, fold in folds
        ]
    )


def main(input, output, params):
    rows = []
    for cohort, images, path, judgments, pictures in zip(
        params.cohorts,
        input.cohorts,
        input.similarity,
        input.judgments,
        input.pictures,
        strict=True,
    ):
        check_made_from(path, {"judgments": judgments, "pictures": pictures})
        with open_arrays(path) as file:
            if "observers" not in file:
                rows.append((cohort, 0, np.nan, np.nan))
                continue
            similarity, observers = file["similarity"][()], file["observers"][()]
        reliability = cohort_reliability(
            read_columns(images)["index"], similarity, observers, params
        )
        rows.append((cohort, len(observers), reliability, ceiling(reliability, params.fit)))
    write_rows(output.ceiling, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
