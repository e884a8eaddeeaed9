"""Put the controls into one table, and compare the retained maps with each of them."""

import numpy as np

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, read_tables, write_columns, write_rows
from alignment.prediction.controls import TESTS, compare_controls
from alignment.prediction.influence import SUMMARY_COLUMNS as OF_INFLUENCE
from alignment.prediction.influence import summarize_influence
from alignment.prediction.observers import SUMMARY_COLUMNS as OF_OBSERVERS
from alignment.prediction.observers import summarize_observers


def main(input, output, params):
    folds = read_tables(input.controls)
    ceilings = read_columns(input.ceiling)
    ceilings = dict(zip(ceilings["cohort"], ceilings["ceiling"], strict=True))
    ceiling = np.array([ceilings[cohort] for cohort in folds["cohort"]])
    write_columns(output.controls, **folds, ceiling=ceiling)
    write_rows(output.tests, TESTS, compare_controls(folds))
    write_rows(output.observers, OF_OBSERVERS, summarize_observers(folds, params.fit))
    write_rows(output.influence, OF_INFLUENCE, summarize_influence(folds))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
