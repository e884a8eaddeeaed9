"""Time what the stage of faithfulness does most: to look at changed pictures.

The network as it was cut, and as the stage runs it, see the same pictures in turn, on one thread.

    python benchmarks/changed_pictures.py [--pictures 40]

Reads networks and pictures that a run of the default config left in results/.
"""

import argparse
import time

import common  # noqa: F401  (finds the library)
import numpy as np

MODELS = ["efficientnet_lite0", "efficientnet_lite1"]


def all_sorted(values, shares, ties):
    """The top areas of a map by sorting all of its pixels."""
    order = np.lexsort((ties.ravel(), -values.ravel()))
    areas = np.zeros((len(shares), values.size), dtype=bool)
    for area, share in zip(areas, shares, strict=True):
        area[order[: round(share / 100 * values.size)]] = True
    return areas.reshape(len(shares), *values.shape)


def timed(function, *given):
    """Return what a function gives, and the processor time that it took."""
    start = time.process_time()
    found = function(*given)
    return found, time.process_time() - start


def compare(name, pairs, rows):
    """Print the medians of two ways of doing the same, in milliseconds, and their ratio."""
    slow, fast = 1000 * np.median(pairs, axis=0)
    print(f"{name}: {slow:.1f} ms, {fast:.1f} ms, ratio {slow / fast:.2f}, {rows}")


def measure(model, n_pictures):
    """Compare both ways for one network."""
    import torch

    from alignment.artifacts.network_files import read_network
    from alignment.artifacts.picture_files import PictureFiles
    from alignment.cutting.cuts import cut
    from alignment.datasets.pictures import network_input
    from alignment.faithfulness.areas import changed, filled, highest_pixels
    from alignment.heatmaps.placement import enlarge
    from alignment.networks.networks import from_saved
    from alignment.networks.running import embedder

    torch.set_num_threads(1)
    network = from_saved(read_network(f"results/networks/{model}.safetensors"))
    backbone = cut(network).backbone
    quick = embedder(backbone, torch.device("cpu"))

    @torch.inference_mode()
    def plain(pictures):
        return backbone(torch.from_numpy(pictures))["embedding"].numpy()

    files = PictureFiles("results/datasets/mur92/pictures.csv")
    rng, side, shares = np.random.default_rng(0), network.input_size, [10, 20, 30]
    looks, sorts, difference = [], [], 0.0
    for name in files.names[:n_pictures]:
        picture = network_input(files[name], side, network.mean, network.std)
        values = enlarge(rng.random((7, 7)), (side, side))
        ties = rng.random((side, side), dtype=np.float32)
        (expected, slow), (areas, fast) = (
            timed(way, values, shares, ties) for way in (all_sorted, highest_pixels)
        )
        assert (expected == areas).all()
        sorts.append((slow, fast))
        given = changed(picture, filled(picture, "mean"), areas[1], "delete")[None]
        (expected, slow), (found, fast) = (timed(way, given) for way in (plain, quick))
        looks.append((slow, fast))
        difference = max(difference, np.abs(expected - found).max() / np.abs(expected).max())
    compare(f"{model}, a picture looked at", looks[1:], f"largest difference {difference:.0e}")
    compare(f"{model}, the top areas of a map", sorts[1:], "no difference")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=40)
    arguments = parser.parse_args()
    for model in MODELS:
        measure(model, arguments.pictures)


if __name__ == "__main__":
    main()
