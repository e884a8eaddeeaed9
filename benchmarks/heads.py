"""Time fully connected heads against the plain algorithm, side by side on the same inputs.

VGG-16 with random weights on noise pictures.  The plain algorithm is timed on a sample and scaled:
one image and one map at a time for scoring, masked batches of all images for selection, a full
correlation matrix for every variant.  The head is timed whole.  Two cases: ``random``, where half
of the units are on, and ``sparse``, with biases shifted as training does, so that 15 % of the units
and half of the (image, map) pairs are on.

    python benchmarks/heads.py [--images 120] [--folds 40] [--device cpu] [--growth]
"""

import argparse
import copy
import resource
import time
from pathlib import Path

import numpy as np
from common import GROWTH_COLUMNS, draw_growth, in_own_process, save

N_MAPS = 512
COLUMNS = ("case", "stage", "plain_s", "head_s", "ratio", "max_abs_diff", "peak_mb")
SAMPLE_PASSES, SAMPLE_STEPS, SAMPLE_SCORES = 60, 10, 4


def make_case(case, n_images, n_maps, device):
    """Return the head of a VGG-16 and the feature maps of noise pictures.

    Parameters
    ----------
    case : {"random", "sparse"}
    """
    import torch

    from alignment.cutting.cuts import cut
    from alignment.networks.networks import load_network

    network = load_network("vgg16", {"random": 1}, cache_dir=Path())
    cuts = cut(network)
    backbone, head = cuts.backbone.to(device), cuts.head.to(device)
    generator = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        pictures = torch.randn(n_images, 3, 224, 224, generator=generator)
        maps = torch.cat([backbone(p.to(device))["feature_maps"] for p in pictures.split(8)])
        # Noise pictures are much alike for an untrained network: take each map from its mean, so
        # that images differ as photographs do.
        maps = (maps - maps.mean(dim=(0, 2, 3), keepdim=True)).clamp(min=0)
        maps = maps / maps.std()
        if case == "sparse":
            peaks = maps.amax(dim=(2, 3))
            maps = (maps - peaks.median()).clamp(min=0)
        maps = maps[:, :n_maps].contiguous()
        linears = [m for m in head.modules() if isinstance(m, torch.nn.Linear)]
        values = torch.flatten(head.avgpool(head.features.get_submodule("30")(maps)), 1)
        on = []
        for linear in linears:
            if n_maps < N_MAPS and linear is linears[0]:
                linear.weight = torch.nn.Parameter(linear.weight[:, : values.shape[1]].clone())
            linear.weight.div_(linear(values).std())
            if case == "sparse":
                level = torch.quantile(linear(values).flatten()[::7][:1_000_000], 0.85)
                linear.bias.sub_(level)
            values = linear(values).clamp(min=0)
            on.append((values > 0).float().mean().item())
    active = maps.flatten(2).any(dim=2).float().mean().item()
    print(f"{case}: {active:.0%} of (image, map) pairs on, {on[0]:.0%} and {on[1]:.0%} of units on")
    return head, maps


def make_folds_and_judgments(n_images, n_folds):
    from alignment.importance.folds import make_folds
    from alignment.similarity.pairs import square, upper_triangle

    rng = np.random.default_rng(0)
    judgments = square(rng.random(n_images * (n_images - 1) // 2), n_images, 1.0)
    seeds = [111 * (k + 1) for k in range(-(-n_folds // 5))]
    folds = make_folds(np.arange(n_images), judgments, seeds).of(judgments)
    return list(folds)[:n_folds], upper_triangle(judgments)


def time_head(head, maps, folds, judgments, memory=2_000_000_000):
    """Return seconds of scoring and selection, the scores and the curves."""
    from alignment.heads.connected import ConnectedHead
    from alignment.heads.split import split_head
    from alignment.importance.selection import selection_curve
    from alignment.similarity.fits import fit_drop, rank_maps

    start = time.perf_counter()
    connected = ConnectedHead(split_head(head), maps, memory=memory)
    rsm, blocks = connected.switched_off()
    without = np.empty((connected.n_maps, len(rsm)))
    for block in blocks:
        without[block.maps] = block.both
    scores = [
        fit_drop(rsm[f.train_pairs], without[:, f.train_pairs], judgments[f.train_pairs])
        for f in folds
    ]
    scored = time.perf_counter()
    curves = [
        selection_curve(connected, rank_maps(ais), fold, judgments)
        for fold, (_, _, ais) in zip(folds, scores, strict=True)
    ]
    return scored - start, time.perf_counter() - scored, scores, curves


def plain_fits(embeddings, pairs, judgments):
    """Return the fit to each of several sets of pairs, by full correlation matrices."""
    n = len(embeddings)
    with np.errstate(invalid="ignore", divide="ignore"):
        similarity = np.corrcoef(embeddings)[np.triu_indices(n, 1)]
    return [np.corrcoef(similarity[p], judgments[p])[0, 1] ** 2 for p in pairs]


def time_plain(head, maps, folds, judgments, scores, curves):
    """Time the plain algorithm on a sample, scaled to the whole, and compare the head's fits.

    The time is that of float32; the comparison is with the same in float64, since the plain sums of
    25088 products are themselves rounded to about 1e-7 of the fit.

    Returns
    -------
    score_s, select_s, score_difference, select_difference : float
    """
    import torch

    n_images, n_maps = maps.shape[:2]
    exact_head, exact_maps = copy.deepcopy(head).double(), maps.double()
    rng = np.random.default_rng(1)
    trains = [fold.train_pairs for fold in folds]

    def embed(head, maps):
        return head(maps).cpu().numpy().astype(np.float64)

    def differ(fits, exact):
        difference = np.abs(np.subtract(fits, exact))
        return difference[np.isfinite(difference)].max(initial=0)  # few maps may have no fit

    with torch.inference_mode():
        embed(head, maps[:1])
        start = time.perf_counter()
        for _ in range(SAMPLE_PASSES):
            variant = maps[[rng.integers(n_images)]].clone()
            variant[:, rng.integers(n_maps)] = 0
            embed(head, variant)
        per_pass = (time.perf_counter() - start) / SAMPLE_PASSES

        seconds, score_difference = 0.0, 0.0
        for f in rng.choice(n_maps, SAMPLE_SCORES, replace=False):
            variant = exact_maps.clone()
            variant[:, f] = 0
            embeddings = embed(exact_head, variant)
            start = time.perf_counter()
            exact = plain_fits(embeddings, trains, judgments)
            seconds += time.perf_counter() - start
            fits = [fit_without[f] for _, fit_without, _ in scores]
            score_difference = max(score_difference, differ(fits, exact))
        score = per_pass * n_images * n_maps + seconds / SAMPLE_SCORES * n_maps

        seconds, select_difference = 0.0, 0.0
        for k in np.linspace(2, n_maps, SAMPLE_STEPS).astype(int):
            n = rng.integers(len(folds))
            pairs = [folds[n].train_pairs, folds[n].test_pairs]
            mask = torch.zeros(n_maps, device=maps.device)
            mask[torch.from_numpy(curves[n].order[:k].copy())] = 1
            mask = mask[:, None, None]
            start = time.perf_counter()
            plain_fits(embed(head, maps * mask), pairs, judgments)
            seconds += time.perf_counter() - start
            exact = plain_fits(embed(exact_head, exact_maps * mask.double()), pairs, judgments)
            fits = [curves[n].train_fit[k - 1], curves[n].test_fit[k - 1]]
            select_difference = max(select_difference, differ(fits, exact))
        select = seconds / SAMPLE_STEPS * n_maps * len(folds)
    return score, select, score_difference, select_difference


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def run_case(case, n_images, n_folds, device):
    """Return the rows of one case; run in a process of its own, for its peak memory."""
    head, maps = make_case(case, n_images, N_MAPS, device)
    before = peak_mb()
    folds, judgments = make_folds_and_judgments(n_images, n_folds)
    score, select, scores, curves = time_head(head, maps, folds, judgments)
    peak = peak_mb()
    print(
        f"{case}: head {score:.1f} s + {select:.1f} s; {before:.0f} MB before, {peak:.0f} MB peak"
    )
    plain = time_plain(head, maps, folds, judgments, scores, curves)
    stages = {
        "score": (plain[0], score, plain[2]),
        "select": (plain[1], select, plain[3]),
        "all": (plain[0] + plain[1], score + select, max(plain[2:])),
    }
    return [
        (case, stage, slow, fast, slow / fast, difference, peak)
        for stage, (slow, fast, difference) in stages.items()
    ]


def run_growth(varied, n_images, n_maps, n_folds, device):
    head, maps = make_case("random", n_images, n_maps, device)
    folds, judgments = make_folds_and_judgments(n_images, n_folds)
    score, select, _, _ = time_head(head, maps, folds, judgments)
    return [(varied, n_images, n_maps, n_folds, score, select, peak_mb())]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=120)
    parser.add_argument("--folds", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--cases", nargs="*", default=["random", "sparse"])
    parser.add_argument("--growth", action="store_true", help="also vary images, maps and folds")
    options = parser.parse_args()
    folder = Path("results/benchmarks")
    rows = []
    for case in options.cases:
        rows += in_own_process(run_case, case, options.images, options.folds, options.device)
    save(folder / "heads.csv", COLUMNS, rows)
    if options.growth:
        designs = [("images", n, 512, 2) for n in (60, 120, 240)]
        designs += [("maps", 60, n, 2) for n in (128, 256, 512)]
        designs += [("folds", 60, 512, n) for n in (1, 2, 4)]
        rows = [in_own_process(run_growth, *d, options.device)[0] for d in designs]
        save(folder / "growth.csv", GROWTH_COLUMNS, rows)
        draw_growth(rows, folder / "growth.png")


if __name__ == "__main__":
    main()
