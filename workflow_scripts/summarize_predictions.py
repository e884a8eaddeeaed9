"""Compare retained with all maps over the folds, for every cohort and model."""

from itertools import product

import numpy as np

from alignment.artifacts.job_log import job_log
from alignment.statistics.holm import with_holm
from alignment.prediction.fold_tests import compare_folds
from alignment.prediction.resampling import interval
from alignment.artifacts.network_files import describe_network
from alignment.artifacts.tables import read_columns, write_rows


def main(input, output, params):
    weights = {
        model: describe_network(path)[0]["weights_name"]
        for model, path in zip(params.models, input.networks, strict=True)
    }
    rows = []
    resamples = input.resamples or [None] * len(input.predictions)
    for (cohort, model), path, resampled in zip(
        product(params.cohorts, params.models), input.predictions, resamples, strict=True
    ):
        table = read_columns(path)
        low = high = np.nan
        if resampled is not None:
            fits = read_columns(resampled)
            low, high = interval(fits["test_retained"] - fits["test_full"])
        rows.append(
            {
                "cohort": cohort,
                "model": model,
                "weights": weights[model],
                "train_full": np.nanmean(table["train_full"]),
                "train_retained": np.nanmean(table["train_retained"]),
                **compare_folds(
                    table["test_full"], table["test_retained"], table["n_train"], table["n_test"]
                ),
                "p_holm": np.nan,
                "difference_low": low,
                "difference_high": high,
                "n_retained_mean": table["n_retained"].mean(),
                "n_retained_sd": table["n_retained"].std(ddof=1),
            }
        )
    write_rows(output.summary, list(rows[0]), with_holm(rows, "p_corrected"))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
