"""Compare retained with all maps, and each pair of models, over the folds of every cohort."""

import numpy as np

from alignment.artifacts.job_log import job_log
from alignment.artifacts.network_files import describe_network
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.prediction.fold_tests import compare_folds, with_intervals
from alignment.prediction.model_tests import COLUMNS, compare_models
from alignment.prediction.resampling import interval
from alignment.statistics.means import mean_of_defined


def main(input, output):
    weights = {}
    for path in input.networks:
        known, attributes = describe_network(path)
        weights[attributes["model"]] = known["weights_name"]
    resampled = {}
    if input.resamples:
        resampled = groups_of(read_tables(input.resamples), "cohort", "model")
    rows = []
    predictions = groups_of(read_tables(input.predictions), "cohort", "model")
    for (cohort, model), table in predictions.items():
        low = high = np.nan
        if fits := resampled.get((cohort, model)):
            low, high = interval(fits["test_retained"] - fits["test_full"])
        rows.append(
            {
                "cohort": cohort,
                "model": model,
                "weights": weights[model],
                "train_full": mean_of_defined(table["train_full"]),
                "train_retained": mean_of_defined(table["train_retained"]),
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
    rows = with_intervals(rows, sides=1)
    write_rows(output.summary, list(rows[0]), rows)
    write_rows(output.models, COLUMNS, compare_models(predictions))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
