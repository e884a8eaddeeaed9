"""Ask of every cohort and model whether all maps predict the judgments better than chance."""

from pathlib import Path

import numpy as np

from alignment.artifacts.arrays import read_arrays, read_attributes, read_by_dataset
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_rows
from alignment.prediction.observers import correlation_of
from alignment.similarity.pairs import square
from alignment.statistics.holm import with_holm
from alignment.statistics.mantel import COLUMNS, mantel_test

WHICH = ("cohort", "model", "n_images")


def main(input, output, params):
    judgments = read_by_dataset(input.judgments, "similarity")
    similarities = {}
    for path in input.perturbation:
        of = read_attributes(path)
        similarities.setdefault(of["dataset"], {})[of["model"]] = path
    rows = []
    for path in input.cohorts:
        cohort, images = Path(path).stem, read_columns(path)["index"]
        dataset = params.datasets[cohort]
        human = judgments[dataset]
        for model, of_model in similarities[dataset].items():
            similarity = square(read_arrays(of_model, "rsm"), len(human))
            own = np.ix_(images, images)
            found = mantel_test(similarity[own], human[own], correlation_of(params.fit))
            which = dict(zip(WHICH, (cohort, model, len(images)), strict=True))
            rows.append(which | found)
    write_rows(output.tests, (*WHICH, *COLUMNS, "p_holm"), with_holm(rows))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
