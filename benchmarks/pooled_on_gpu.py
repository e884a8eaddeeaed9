"""Time globally pooled networks on a GPU beside the processor, on the same inputs, fold by fold.

The processor has closed forms for squared and plain correlations.  For rank correlations it has
none: there it is timed on a sample of maps, one similarity matrix and one ranking each, and scaled.

    python benchmarks/pooled_on_gpu.py [--device cuda] [--folds 3] [--cases 92x1280 1854x2048]
"""

import argparse
import time
from itertools import islice
from pathlib import Path

import numpy as np
from common import save
from pooled import make_case

COLUMNS = (
    *("images", "maps", "fit", "score_s", "select_s", "gpu_score_s", "gpu_select_s"),
    *("ratio", "max_abs_diff"),
)
SAMPLE = 4  # maps that are ranked on the processor


def timed(function, *arguments, **options):
    """Return what a function gives, and how long it took."""
    start = time.perf_counter()
    found = function(*arguments, **options)
    return found, time.perf_counter() - start


def on_processor(embedding, judgments, kind, order, threads):
    """Return scores, curve and their seconds; of ranks a sample, the other maps are NaN."""
    from alignment.heads.closed_form import map_scores
    from alignment.heads.growing import growing_fits

    if kind != "spearman":
        (_, without, _), scoring = timed(map_scores, embedding, judgments, kind=kind)
        curve, selecting = timed(
            growing_fits, embedding, order, judgments, kind=kind, threads=threads
        )
        return without, curve, scoring, selecting
    pairs = np.triu_indices(len(embedding), 1)
    pairs = tuple(side[np.isfinite(judgments[pairs])] for side in pairs)
    n_maps = embedding.shape[1]
    without, curve = np.full((2, n_maps), np.nan)
    start = time.perf_counter()
    for f in np.linspace(0, n_maps - 1, SAMPLE).astype(int):
        without[f] = ranked(embedding, np.arange(n_maps) != f, pairs, judgments)
    scored = time.perf_counter()
    for k in np.linspace(n_maps // 8, n_maps, SAMPLE).astype(int):
        curve[k - 1] = ranked(embedding, np.isin(np.arange(n_maps), order[:k]), pairs, judgments)
    share = n_maps / SAMPLE
    return without, curve, (scored - start) * share, (time.perf_counter() - scored) * share


def ranked(embedding, on, pairs, judgments):
    """Return the Spearman fit with some maps on."""
    from alignment.similarity.fits import fit

    similarity = np.corrcoef(np.where(on, embedding, 0))
    return fit(similarity[pairs], judgments[pairs], "spearman")


def run_case(n_images, n_maps, kind, n_folds, device, threads):
    """Return the row of one case, in seconds per fold."""
    import torch

    from alignment.heads import written_out
    from alignment.importance.folds import make_folds
    from alignment.similarity.fits import rank_maps
    from alignment.similarity.pairs import matrix_among

    embedding, human = make_case(n_images, n_maps)
    values = human[np.triu_indices(n_images, 1)]
    folds = make_folds(np.arange(n_images), human, [111]).of(human)
    few = embedding[:20], human[:20, :20]
    written_out.map_scores(*few, kind=kind, device=device)  # starts the device
    on_processor(*few, "r2", np.arange(n_maps), threads)  # compiles, or loads
    seconds, difference = np.zeros(4), 0.0
    for fold in islice(folds, n_folds):
        order = None
        for pairs in (fold.train_pairs, fold.test_pairs):
            members, judgments = matrix_among(values, pairs, n_images)
            rows = embedding[members]
            if order is None:
                (_, without, ais), scoring = timed(
                    written_out.map_scores, rows, judgments, kind=kind, device=device
                )
                order = rank_maps(ais)
            curve, selecting = timed(
                written_out.growing_fits, rows, order, judgments, kind=kind, device=device
            )
            plain, plain_curve, plain_scoring, plain_selecting = on_processor(
                rows, judgments, kind, order, threads
            )
            both = [(curve, plain_curve)]
            if pairs is fold.train_pairs:
                both.append((without, plain))
                seconds += [plain_scoring, plain_selecting, scoring, selecting]
            else:
                seconds += [0, plain_selecting, 0, selecting]
            difference = max(difference, *(np.nanmax(np.abs(a - b)) for a, b in both))
    seconds /= n_folds
    name = torch.cuda.get_device_name() if device == "cuda" else device
    print(f"{n_images} x {n_maps}, {kind}: on {name}, beside {threads} threads", flush=True)
    ratio = seconds[:2].sum() / seconds[2:].sum()
    return [n_images, n_maps, kind, *seconds.tolist(), ratio, difference]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cases", nargs="*", default=["92x1280", "368x2048", "1854x2048"])
    options = parser.parse_args()
    rows = []
    for case in options.cases:
        for kind in ("r2", "spearman"):
            size = map(int, case.split("x"))
            rows.append(run_case(*size, kind, options.folds, options.device, options.threads))
    save(Path("results/benchmarks/pooled_on_gpu.csv"), COLUMNS, rows)


if __name__ == "__main__":
    main()
