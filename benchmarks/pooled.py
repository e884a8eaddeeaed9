"""Time globally pooled networks against the plain algorithm, side by side on the same inputs.

Generated embeddings, sparse and not negative, as those of networks that end in global average
pooling.  Scores and selection curves are timed for whole folds; the plain algorithm, a correlation
matrix for each map that is off and for each number of maps that are on, is timed on a sample and
scaled.  Each case has a process of its own, whose peak memory includes Python and the inputs.

    python benchmarks/pooled.py [--folds 40] [--threads 2] [--cases 92x1280 368x2048 1854x2048]
                                [--growth]
"""

import argparse
import os
import resource
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
from common import GROWTH_COLUMNS, draw_growth, in_own_process, save

COLUMNS = (
    *("images", "maps", "folds", "score_s", "select_s", "plain_score_s", "plain_select_s"),
    *("ratio", "max_abs_diff", "peak_mb"),
)
MANY_IMAGES, FEW_FOLDS = 1000, 5  # of so many images only so many folds are timed
SAMPLE_MAPS, SAMPLE_STEPS = 6, 12


def make_case(n_images, n_maps):
    """Return embeddings with about half of their units on, and judgments that they predict."""
    rng = np.random.default_rng(0)
    traits = rng.normal(size=(n_images, 12))
    embedding = np.maximum(traits @ rng.normal(size=(12, n_maps)) + 2 * rng.normal(size=n_maps), 0)
    embedding *= rng.gamma(1.0, size=n_maps)
    judgments = np.corrcoef(traits[:, :6] + rng.normal(size=(n_images, 6)))
    return embedding, judgments


def time_folds(embedding, judgments, folds, threads):
    """Return seconds of scoring and of selection, and each fold's scores, order and curve."""
    from alignment.heads.closed_form import map_scores
    from alignment.heads.growing import growing_fits
    from alignment.similarity.fits import rank_maps
    from alignment.similarity.pairs import matrix_among

    n_images, scoring, selecting, results = len(embedding), 0.0, 0.0, []
    growing_fits(embedding[:4, :4], np.arange(4), judgments[:4, :4])  # compiles, or loads
    values = judgments[np.triu_indices(n_images, 1)]
    for fold in folds:
        start = time.perf_counter()
        train, train_judgments = matrix_among(values, fold.train_pairs, n_images)
        _, fit_without, ais = map_scores(embedding[train], train_judgments)
        order = rank_maps(ais)
        scored = time.perf_counter()
        test, test_judgments = matrix_among(values, fold.test_pairs, n_images)
        sides = ((train, train_judgments), (test, test_judgments))
        curve = [
            growing_fits(embedding[images], order, matrix, threads=threads)
            for images, matrix in sides
        ]
        scoring += scored - start
        selecting += time.perf_counter() - scored
        results.append((fit_without, order, curve))
    return scoring, selecting, results


def plain_fits(embedding, pairs, judgments):
    """Return the fit to each of several sets of pairs, by a full correlation matrix."""
    with np.errstate(invalid="ignore", divide="ignore"):
        similarity = np.corrcoef(embedding)[np.triu_indices(len(embedding), 1)]
        return np.array([np.corrcoef(similarity[p], judgments[p])[0, 1] ** 2 for p in pairs])


def time_plain(embedding, judgments, folds, results):
    """Return seconds of plain scoring and selection of all folds, and the largest difference."""
    n_images, n_maps = embedding.shape
    values = judgments[np.triu_indices(n_images, 1)]
    rng = np.random.default_rng(1)
    trains = [fold.train_pairs for fold in folds]
    difference = 0.0
    start = time.perf_counter()
    for f in rng.choice(n_maps, SAMPLE_MAPS, replace=False):
        without = embedding.copy()
        without[:, f] = 0
        exact = plain_fits(without, trains, values)
        difference = max(difference, np.abs(exact - [r[0][f] for r in results]).max())
    scoring = (time.perf_counter() - start) / SAMPLE_MAPS * n_maps
    start = time.perf_counter()
    for k in np.linspace(n_maps // 8, n_maps, SAMPLE_STEPS).astype(int):
        n = rng.integers(len(folds))
        _, order, curve = results[n]
        some = np.zeros_like(embedding)
        some[:, order[:k]] = embedding[:, order[:k]]
        exact = plain_fits(some, [folds[n].train_pairs, folds[n].test_pairs], values)
        difference = max(difference, np.abs(exact - [side[k - 1] for side in curve]).max())
    selecting = (time.perf_counter() - start) / SAMPLE_STEPS * n_maps * len(folds)
    return scoring, selecting, difference


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def run_case(n_images, n_maps, n_folds, threads):
    """Return the row of one case; run in a process of its own, for its peak memory."""
    from alignment.importance.folds import make_folds

    embedding, judgments = make_case(n_images, n_maps)
    seeds = [111 * (k + 1) for k in range(-(-n_folds // 5))]
    folds = make_folds(np.arange(n_images), judgments, seeds).of(judgments)
    folds = list(islice(folds, FEW_FOLDS if n_images >= MANY_IMAGES else n_folds))
    score, select, results = time_folds(embedding, judgments, folds, threads)
    peak = peak_mb()
    plain_score, plain_select, difference = time_plain(embedding, judgments, folds, results)
    ratio = (plain_score + plain_select) / (score + select)
    return [
        *(n_images, n_maps, len(folds), score, select, plain_score, plain_select),
        *(ratio, difference, peak),
    ]


def run_growth(varied, n_images, n_maps, n_folds, threads):
    """Return the row of one point of the plot of growth."""
    from alignment.importance.folds import make_folds

    embedding, judgments = make_case(n_images, n_maps)
    seeds = [111 * (k + 1) for k in range(-(-n_folds // 5))]
    folds = islice(make_folds(np.arange(n_images), judgments, seeds).of(judgments), n_folds)
    score, select, _ = time_folds(embedding, judgments, folds, threads)
    return [varied, n_images, n_maps, n_folds, score, select, peak_mb()]


def time_start():
    """Return seconds to import numba, to compile the loops, and to load them from their folder."""
    start = time.perf_counter()
    import numba  # noqa: F401

    imported = time.perf_counter()
    from alignment.heads.growing import growing_fits

    growing_fits(np.eye(4), np.arange(4), np.eye(4))
    return imported - start, time.perf_counter() - imported


def print_start():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        importing, compiling = in_own_process(time_start)
        _, loading = in_own_process(time_start)
        del os.environ["NUMBA_CACHE_DIR"]
    print(f"numba: import {importing:.2f} s, compile {compiling:.2f} s, or load {loading:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cases", nargs="*", default=["92x1280", "368x2048", "1854x2048"])
    parser.add_argument("--growth", action="store_true", help="also vary images, maps and folds")
    options = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):  # read when a process loads NumPy
        os.environ[f"{library}_NUM_THREADS"] = str(options.threads)
    print_start()
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    rows = []
    for case in options.cases:
        n_images, n_maps = map(int, case.split("x"))
        rows.append(in_own_process(run_case, n_images, n_maps, options.folds, options.threads))
        cells = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in rows[-1]]
        print("| " + " | ".join(cells) + " |", flush=True)
    folder = Path("results/benchmarks")
    save(folder / "pooled.csv", COLUMNS, rows)
    if options.growth:
        designs = [("images", n, 1024, 5) for n in (200, 400, 800, 1600)]
        designs += [("maps", 400, n, 5) for n in (512, 1024, 2048)]
        designs += [("folds", 400, 1024, n) for n in (5, 10, 20)]
        rows = [in_own_process(run_growth, *design, options.threads) for design in designs]
        save(folder / "pooled_growth.csv", GROWTH_COLUMNS, rows)
        draw_growth(rows, folder / "pooled_growth.png")


if __name__ == "__main__":
    main()
