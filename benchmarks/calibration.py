"""Ask the whole pipeline what it finds where there is nothing, and where truth was planted.

Nothing: the judgments of the default data with their pictures shuffled, so that all that is left is
how judgments are spread.  Truth: judgments made from the similarities of a random set of maps, with
noise; or of all maps, so that there is much to predict and nothing to gain by a choice.  Scores,
retained maps and tests are those of the workflow, on its own folds.

    python benchmarks/calibration.py [--shuffles 200] [--plants 20] [--processes 2]

Reads what a run of the default config left in results/.
"""

import argparse
import csv
import os
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import common  # noqa: F401  (finds the library)
import numpy as np

ALPHA = 0.05
COHORTS = ["mur92", "mur92-animate", "mur92-inanimate"]
N_PLANTED = 100  # maps that judgments are made from
NOISE = (0.5, 1.0, 2.0)  # deviations of the noise, in deviations of the similarities
COLUMNS = ("cohort", "model", "judgments", "n", "naive", "naive_low", "naive_high", "corrected")
COLUMNS += ("corrected_low", "corrected_high", "gain", "gain_sd", "test_full", "test_retained")
COLUMNS += ("n_retained", "precision", "precision_random", "recall")
HEADER = ("cohort", "model", "judgments", "n", "p < .05, plain", "p < .05, corrected")
HEADER += ("gain in R²", "maps retained", "precision", "recall")


def read_case(cohort, dataset, model):
    """Return the embedding and the judgments of a cohort, and the folds of the default config."""
    from alignment.artifacts.arrays import Arrays, read_arrays
    from alignment.importance.folds import Folds

    folds = Folds(**Arrays(f"results/folds/{cohort}.h5"))
    embedding = read_arrays(f"results/activations/{dataset}/{model}.h5", "embedding")
    judgments = read_arrays(f"results/datasets/{dataset}/similarity.h5", "similarity")
    images = folds.images
    # Among the images of the cohort alone, which are then all there are.
    own = Folds(folds.unit, np.arange(len(images)), folds.seeds, folds.tested_in)
    return embedding[images].astype(np.float64), judgments[np.ix_(images, images)], own


def predict(embedding, judgments, folds):
    """Return a row per fold: fits with all and with the retained maps, and these maps."""
    from alignment.heads.closed_form import map_scores
    from alignment.heads.growing import growing_fits
    from alignment.importance.selection import Curve
    from alignment.similarity.fits import rank_maps
    from alignment.similarity.pairs import matrix_among, upper_triangle

    values, rows = upper_triangle(judgments), []
    for fold in folds.of(judgments):
        train, train_judgments = matrix_among(values, fold.train_pairs, len(judgments))
        test, test_judgments = matrix_among(values, fold.test_pairs, len(judgments))
        _, _, ais = map_scores(embedding[train], train_judgments)
        order = rank_maps(ais)
        curve = Curve(
            order,
            growing_fits(embedding[train], order, train_judgments),
            growing_fits(embedding[test], order, test_judgments),
        )
        fits = curve.test_fit[-1], curve.test_fit[curve.n_retained - 1]
        rows.append((*fits, fold.n_train, fold.n_test, curve.retained))
    return rows


def measure(case, judgments, planted=None):
    """Return what a run with some judgments comes to, as a dict."""
    from alignment.prediction.fold_tests import compare_folds

    embedding, _, folds = case
    rows = predict(embedding, judgments, folds)
    *fits, sets = zip(*rows, strict=True)
    tests = compare_folds(*map(np.array, fits))
    found = {"p": tests["p"], "p_corrected": tests["p_corrected"], "gain": tests["difference"]}
    found |= {name: tests[name] for name in ("test_full", "test_retained")}
    found |= {"n_retained": np.mean([len(own) for own in sets])}
    if planted is not None:
        hits = np.array([np.isin(own, planted).sum() for own in sets])
        found["precision"] = np.mean(hits / [len(own) for own in sets])
        found["recall"] = np.mean(hits / len(planted))
    return found


def shuffled(arguments):
    """Measure one shuffle of the pictures among the judgments."""
    which, seed = arguments
    case = read_case(*which)
    order = np.random.default_rng(seed).permutation(len(case[1]))
    return measure(case, case[1][np.ix_(order, order)])


def planted(arguments):
    """Measure judgments that a random set of maps makes, or all, with noise of one level."""
    which, seed, noise, by_all = arguments
    case = read_case(*which)
    embedding, generator = case[0], np.random.default_rng(seed)
    varying = np.flatnonzero(np.ptp(embedding, axis=0) > 0)
    maps = varying if by_all else generator.choice(varying, N_PLANTED, replace=False)
    judgments = np.corrcoef(embedding[:, maps])
    above = np.triu_indices(len(judgments), 1)
    errors = np.zeros(judgments.shape)
    errors[above] = noise * judgments[above].std() * generator.normal(size=len(above[0]))
    return measure(case, judgments + errors + errors.T, None if by_all else maps)


def interval(hits, n):
    """Return Wilson's 95 % interval of a share."""
    z, share = 1.959964, hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - reach, middle + reach


def row_of(which, said, found, n_maps):
    """Return the row of one cohort, model and kind of judgments."""
    values = {name: np.array([each[name] for each in found]) for name in found[0]}
    row = {"cohort": which[0], "model": which[2], "judgments": said, "n": len(found)}
    for name, p in (("naive", "p"), ("corrected", "p_corrected")):
        hits = int((values[p] < ALPHA).sum())
        low, high = interval(hits, len(found))
        row |= {name: hits / len(found), f"{name}_low": low, f"{name}_high": high}
    row |= {"gain": values["gain"].mean(), "gain_sd": values["gain"].std(ddof=1)}
    row |= {name: values[name].mean() for name in ("test_full", "test_retained", "n_retained")}
    if "precision" in values:
        row |= {name: values[name].mean() for name in ("precision", "recall")}
        row["precision_random"] = N_PLANTED / n_maps
    return row


def jobs_of(options):
    """Yield what is measured, and by which function."""
    for model in options.models:
        for cohort in options.cohorts:
            which = (cohort, options.dataset, model)
            seeds = range(options.shuffles)
            yield which, "shuffled", shuffled, [(which, seed) for seed in seeds]
            for (said, by_all), noise in product((("planted", False), ("all maps", True)), NOISE):
                plants = [(which, seed, noise, by_all) for seed in range(options.plants)]
                yield which, f"{said}, noise {noise:g}", planted, plants


def written(row):
    """Return the cells of a row of the table that is printed."""
    cells = [row[name] for name in ("cohort", "model", "judgments", "n")]
    for name in ("naive", "corrected"):
        cells.append(f"{row[name]:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})")
    cells.append(f"{row['gain']:+.3f} (SD {row['gain_sd']:.3f})")
    cells += [f"{row['n_retained']:.0f}"]
    cells += [f"{row[name]:.2f}" if name in row else "" for name in ("precision", "recall")]
    return " | ".join(map(str, cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--dataset", default="mur92")
    parser.add_argument("--cohorts", nargs="+", default=COHORTS)
    parser.add_argument("--models", nargs="+", default=["efficientnet_lite0"])
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--plants", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):  # read when a process loads NumPy
        os.environ[f"{library}_NUM_THREADS"] = "1"
    print("| " + " | ".join(HEADER) + " |\n|" + " --- |" * len(HEADER), flush=True)
    rows, start = [], time.monotonic()
    with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
        for which, said, function, arguments in jobs_of(options):
            if not arguments:
                continue
            found = list(pool.map(function, arguments))
            rows.append(row_of(which, said, found, len(read_case(*which)[0][0])))
            print(f"| {written(rows[-1])} |", flush=True)
    path = Path("results/benchmarks/calibration.csv")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        table.writerows(rows)
    print(f"saved as {path} after {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
