"""Estimate the highest fit that the reliability of a cohort's judgments leaves room for."""

import numpy as np

from alignment.artifacts.arrays import Arrays, open_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import write_rows
from alignment.importance.folds import Folds
from alignment.prediction.reliability import ceiling, mean_reliability

COLUMNS = ("cohort", "n_images", "n_observers", "reliability", "ceiling")


def main(input, output, params):
    judgments = {}
    for path in input.judgments:
        with open_arrays(path) as file:
            observers = file["observers"][()] if "observers" in file else None
            judgments[file.attrs["dataset"]] = path, file["similarity"][()], observers
    rows = []
    for path in input.folds:
        folds = Arrays(path)
        cohort = folds.attributes["cohort"]
        own, similarity, observers = judgments[params.datasets[cohort]]
        check_made_from(path, {"judgments": own})
        if observers is None:
            rows.append((cohort, len(folds["images"]), 0, np.nan, np.nan))
            continue
        reliability = mean_reliability(observers, Folds(**folds).of(similarity), params.fit)
        limit = ceiling(reliability, params.fit)
        rows.append((cohort, len(folds["images"]), len(observers), reliability, limit))
    write_rows(output.ceiling, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
