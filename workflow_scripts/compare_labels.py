"""Compare the retained maps with the labels of the pictures, and both within groups of a label."""

from pathlib import Path

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, read_attributes, read_by_dataset
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import groups_of, read_columns, read_tables, write_rows
from alignment.importance.folds import Folds
from alignment.prediction.labels import (
    TESTS,
    compare_labels,
    groupings,
    label_fits,
    within_groups,
)
from alignment.similarity.pairs import square


def labels_of(path):
    table = read_columns(path)
    return {name: column for name, column in table.items() if name not in ("index", "image")}


def rows_of(held_out, images, grouped, judgments, similarity, kind):
    """Yield what the labels of a cohort, with their groups and fits, say of one model."""
    own = np.ix_(images, images)
    retained = np.where(held_out["n_folds"] > 0, held_out["similarity"], np.nan)
    full = square(similarity, len(judgments), 1.0)[own]
    for label, (groups, fits) in grouped.items():
        found = within_groups(groups, judgments[own], full, retained, kind=kind)
        found["within_full"], found["within_retained"] = found.pop("correlations")
        yield {"label": label, "n_groups": groups.max() + 1, "fits": fits, **found}


def main(input, output, params):
    judgments = read_by_dataset(input.judgments, "similarity")
    labels = {Path(path).parent.name: labels_of(path) for path in input.images}
    cohorts = {}
    for path in input.folds:
        saved = Arrays(path)
        cohort, folds = saved.attributes["cohort"], Folds(**saved)
        human = judgments[params.datasets[cohort]]
        found = groupings(labels[params.datasets[cohort]], folds.images)
        grouped = {
            label: (groups, label_fits(groups, folds, human, params.fit))
            for label, groups in found.items()
        }
        cohorts[cohort] = path, folds.images, grouped
    similarities = {}
    for path in input.perturbation:
        made_by = read_attributes(path)
        similarities[made_by["dataset"], made_by["model"]] = path
    rows = []
    for path in input.held_out:
        held_out = Arrays(path)
        cohort, model, dataset = (held_out.attributes[n] for n in ("cohort", "model", "dataset"))
        folds, *of_cohort = cohorts[cohort]
        which = {"cohort": cohort, "model": model}
        check_made_from(path, {"folds": folds}, which)
        similarity = read_arrays(similarities[dataset, model], "rsm")
        of_model = rows_of(held_out, *of_cohort, judgments[dataset], similarity, params.fit)
        rows += [which | row for row in of_model]
    predictions = groups_of(read_tables(input.predictions), "cohort", "model")
    write_rows(output.tests, TESTS, compare_labels(rows, predictions))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
