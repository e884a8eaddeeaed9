"""Summarize the agreement between folds, for every cohort and model."""

from itertools import product

import numpy as np

from alignment.artifacts.job_log import job_log
from alignment.comparison.stability import SUMMARY_COLUMNS, summarize_stability
from alignment.artifacts.tables import read_columns, write_rows


def main(input, output, params):
    rows = []
    for (cohort, model), *paths in zip(
        product(params.cohorts, params.models),
        input.maps,
        input.fold_pairs,
        input.halves,
        input.predictions,
        strict=True,
    ):
        maps, pairs, halves, predictions = map(read_columns, paths)
        summary = summarize_stability(maps, pairs, halves, predictions["n_retained"], params.share)
        rows.append({"cohort": cohort, "model": model, **summary})
        if not summary["n_stable"]:
            best = np.max(maps["share_retained"])
            print(
                f"{cohort}, {model}: no map is retained in {params.share:.0%} of the folds; "
                f"the most frequent one is in {best:.0%}."
            )
    write_rows(output.summary, SUMMARY_COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
