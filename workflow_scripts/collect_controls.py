"""Put the controls into one table, and compare the retained maps with each of them."""

from itertools import product

import numpy as np

from alignment.prediction.controls import TESTS, compare_controls
from alignment.artifacts.job_log import job_log
from alignment.prediction.observers import correlation
from alignment.artifacts.tables import read_columns, write_columns, write_rows

OBSERVERS = (
    *("cohort", "model", "correlation", "n_observers", "n_folds"),
    *("observer_full", "observer_retained", "observer_lower", "observer_upper"),
)


def main(input, output, params):
    tables = [read_columns(path) for path in input.controls]
    keys = list(product(params.cohorts, params.models))
    n_rows = [len(table["seed"]) for table in tables]
    folds = {
        "cohort": np.repeat([cohort for cohort, _ in keys], n_rows),
        "model": np.repeat([model for _, model in keys], n_rows),
        **{name: np.concatenate([table[name] for table in tables]) for name in tables[0]},
    }
    ceilings = read_columns(input.ceiling)
    ceilings = dict(zip(ceilings["cohort"].tolist(), ceilings["ceiling"], strict=True))
    ceiling = np.array([ceilings[cohort] for cohort in folds["cohort"].tolist()])
    write_columns(output.controls, **folds, ceiling=ceiling)
    write_rows(output.tests, TESTS, compare_controls(folds))
    observers = []
    for (cohort, model), table in zip(keys, tables, strict=True):
        defined = np.isfinite(table["observer_retained"])
        if defined.any():
            means = {name: table[name][defined].mean() for name in OBSERVERS[5:]}
            observers.append(
                {
                    "cohort": cohort,
                    "model": model,
                    "correlation": correlation(params.fit),
                    "n_observers": int(table["n_observers"][defined][0]),
                    "n_folds": int(defined.sum()),
                    **means,
                }
            )
    write_rows(output.observers, OBSERVERS, observers)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
