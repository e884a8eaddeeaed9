"""Fit what pruning is to be compared with to the held-out judgments of every fold."""

import numpy as np

from alignment.prediction.controls import activity, most_active, only, random_sets
from alignment.similarity.fits import fit
from alignment.importance.folds import folds_of_seeds
from alignment.heads.opening import open_head
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.prediction.observers import correlation, noise_ceiling, observer_fits
from alignment.similarity.pairs import pair_images, upper_triangle
from alignment.prediction.reweighting import reweight, terms_of, weighted_products
from alignment.artifacts.arrays import open_arrays, read_arrays
from alignment.artifacts.tables import read_columns, write_rows

COLUMNS = (
    *("seed", "fold", "n_train", "n_test", "n_retained", "full", "retained"),
    *("random_mean", "random_sd", "random_share", "activity", "reweighted", "penalty"),
    *("n_observers", "observer_full", "observer_retained", "observer_lower", "observer_upper"),
)


def measure_sets(head, fold, judgments, row, active, params):
    """Return the test fits of random sets and of the most active maps, as many as are retained.

    Draws without a defined fit, as where a single map is on, are left out.
    """
    size = row["n_retained"]
    sets = np.zeros((0, head.n_maps), dtype=bool)
    if params.random_draws:
        rng = np.random.default_rng([row["seed"], row["fold"]])
        sets = random_sets(head.n_maps, size, params.random_draws, rng)
    if params.activity:
        first, second = (images[fold.train_pairs] for images in pair_images(head.n_images))
        order = most_active(*active, np.unique([first, second]))
        sets = np.concatenate([sets, only(order[:size], head.n_maps)])
    similarities = head.with_maps(sets, fold.test_pairs)
    fits = fit(similarities, judgments[fold.test_pairs], params.fit)
    random = fits[: params.random_draws]
    random = random[np.isfinite(random)]
    result = {"activity": fits[-1]} if params.activity else {}
    if len(random):
        result["random_mean"] = random.mean()
        result["random_sd"] = random.std(ddof=1) if len(random) > 1 else np.nan
        result["random_share"] = np.mean(random >= row["retained"])
    return result


def measure_reweighting(features, fold, judgments, seed, params):
    """Return the test fit of weights learned on the training side, and their penalty."""
    found = reweight(features, fold, judgments, unit=params.unit, seed=seed, kind=params.fit)
    first, second = (images[fold.test_pairs] for images in pair_images(len(features)))
    predicted = weighted_products(features, found.weights, first, second)
    return {
        "reweighted": fit(predicted, judgments[fold.test_pairs], params.fit),
        "penalty": found.penalty,
    }


def measure_observers(head, fold, observers, retained, params):
    """Return the mean correlation with single observers, and the noise ceiling beside it."""
    kind = correlation(params.fit)
    observers = observers[:, fold.test_pairs]
    sets = np.concatenate([np.ones((1, head.n_maps), dtype=bool), only(retained, head.n_maps)])
    full, pruned = (
        observer_fits(similarities, observers, kind)
        for similarities in head.with_maps(sets, fold.test_pairs)
    )
    both = np.isfinite(full) & np.isfinite(pruned)
    lower, upper = noise_ceiling(observers, kind)
    return {
        "n_observers": len(observers),
        "observer_full": full[both].mean() if both.any() else np.nan,
        "observer_retained": pruned[both].mean() if both.any() else np.nan,
        "observer_lower": lower,
        "observer_upper": upper,
    }


def main(input, output, params, threads, memory_mb):
    check_made_from(input.similarity, input)
    check_made_from(input.activations, input, params)
    images = read_columns(input.cohort)["index"]
    with open_arrays(input.similarity) as file:
        human = file["similarity"][()]
        observers = file["observers"][()] if params.observers and "observers" in file else None
    judgments = upper_triangle(human)
    if observers is not None:
        observers = observers[:, *pair_images(len(human))]
    head = active = features = None
    if params.random_draws or params.activity or observers is not None:
        head = open_head(input, params, threads, memory_mb)
    if params.activity:
        active = activity(read_arrays(input.activations, "feature_maps"))
    if params.reweighting != "none":
        features = read_arrays(input.activations, "embedding").astype(np.float64)
        if params.reweighting == "similarity":
            features = terms_of(features, params.similarity)
    predictions = read_columns(input.predictions)
    folds = folds_of_seeds(images, human, params.seeds, params.n_folds, params.unit)
    rows = []
    for k, (_, _, fold) in enumerate(progress(folds, "folds")):
        row = {name: predictions[name][k].item() for name in COLUMNS[:5]}
        row |= {name: predictions[f"test_{name}"][k] for name in ("full", "retained")}
        if params.random_draws or params.activity:
            row |= measure_sets(head, fold, judgments, row, active, params)
        if params.reweighting != "none":
            row |= measure_reweighting(features, fold, judgments, row["seed"], params)
        if observers is not None:
            retained = read_columns(input.retained[k])["map"]
            row |= measure_observers(head, fold, observers, retained, params)
        rows.append(dict.fromkeys(COLUMNS, np.nan) | row)
    write_rows(output.controls, COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
