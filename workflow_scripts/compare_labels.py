"""Compare the retained maps with the labels of the pictures, and both within groups of a label."""

from pathlib import Path

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, read_attributes
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
from alignment.similarity.pairs import square, upper_triangle


def labels_of(path):
    table = read_columns(path)
    return {name: column for name, column in table.items() if name not in ("index", "image")}


def rows_of(path, folds, labels, judgments, similarity, fits, kind):
    """Yield what labels say of one cohort and model; `fits` keeps those of a cohort's labels."""
    held_out = Arrays(path)
    cohort, model = (held_out.attributes[name] for name in ("cohort", "model"))
    images = folds.images
    own = np.ix_(images, images)
    retained = np.where(held_out["n_folds"] > 0, held_out["similarity"], np.nan)
    full = square(similarity, len(judgments), 1.0)[own]
    for label, groups in groupings(labels, images).items():
        if (cohort, label) not in fits:
            pairs = upper_triangle(judgments)
            fits[cohort, label] = label_fits(groups, images, folds.of(judgments), pairs, kind)
        found = within_groups(groups, judgments[own], full, retained, kind=kind)
        found["within_full"], found["within_retained"] = found.pop("correlations")
        which = {"cohort": cohort, "model": model, "label": label, "n_groups": groups.max() + 1}
        yield which | found | {"fits": fits[cohort, label]}


def main(input, output, params):
    def by(name, paths):
        return {read_attributes(path)[name]: path for path in paths}

    judged, folds = by("dataset", input.judgments), by("cohort", input.folds)
    labels = {Path(path).parent.name: path for path in input.images}
    similar = {}
    for path in input.perturbation:
        made_by = read_attributes(path)
        similar[made_by["dataset"], made_by["model"]] = path
    rows, fits = [], {}
    for path in input.held_out:
        made_by = read_attributes(path)
        cohort, model, dataset = (made_by[name] for name in ("cohort", "model", "dataset"))
        check_made_from(path, {"folds": folds[cohort]}, {"cohort": cohort, "model": model})
        rows += rows_of(
            path,
            Folds(**Arrays(folds[cohort])),
            labels_of(labels[dataset]),
            read_arrays(judged[dataset], "similarity"),
            read_arrays(similar[dataset, model], "rsm"),
            fits,
            params.fit,
        )
    predictions = groups_of(read_tables(input.predictions), "cohort", "model")
    write_rows(output.tests, TESTS, compare_labels(rows, predictions))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
