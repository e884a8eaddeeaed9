"""Time a training step of a topographic network beside the plain way of writing it.

Plain: a Python loop over pairs of neighbours, pooling after the ReLU, channels first in memory.
Both ways start from the same weights and see the same 64 digits; their losses are compared.

    python benchmarks/topography.py [--steps 30] [--condition WS AS]
"""

import argparse
import copy
import time

import common  # noqa: F401  (finds the library)
import numpy as np

GRID, BATCH = (11, 11), 64


def plain_loss(condition, pairs):
    """Return a spatial loss that loops over pairs."""
    import torch

    def weights_alike(weights, activations):
        return torch.stack([(weights[i] - weights[j]).norm() for i, j in pairs]).mean()

    def activations_alike(weights, activations):
        values = []
        for i, j in pairs:
            a, b = activations[:, i], activations[:, j]
            a, b = a - a.mean(), b - b.mean()
            values.append(1 - (a * b).sum() / (a.norm() * b.norm()))
        return torch.stack(values).mean()

    return {"WS": weights_alike, "AS": activations_alike}[condition]


def plain_network(network):
    """Return a copy of a network that pools after the ReLU, channels first in memory."""
    from collections import OrderedDict

    import torch
    from torch import nn

    plain = copy.deepcopy(network).to(memory_format=torch.contiguous_format)
    layers = OrderedDict()
    for k in (1, 2):
        for kind in ("conv", "relu", "pool"):
            layers[f"{kind}{k}"] = getattr(plain.features, f"{kind}{k}")
    plain.features = nn.Sequential(layers)
    return plain


def step_time(network, loss, inputs, labels, steps):
    """Return the seconds of processor time of one step, and the loss of the first."""
    import torch
    from torch import nn

    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    first, start = None, 0.0
    for k in range(steps + 3):
        if k == 3:  # after the first steps, which set things up
            start = time.process_time()
        optimiser.zero_grad()
        activations = network.fc1(network.pooled(inputs))
        scores = network.fc2(network.relu(activations))
        total = nn.functional.cross_entropy(scores, labels)
        total = total + loss(network.fc1.weight, activations)
        total.backward()
        optimiser.step()
        first = total.item() if first is None else first
    return (time.process_time() - start) / steps, first


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--condition", nargs="+", default=["WS", "AS"], choices=["WS", "AS"])
    arguments = parser.parse_args()
    import torch

    from alignment.topography.losses import spatial_loss
    from alignment.topography.networks import DIGITS, initial_network, prepare
    from alignment.topography.sheet import neighbour_pairs

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH, *DIGITS), dtype=np.uint8)
    labels = torch.from_numpy(rng.integers(0, 10, BATCH))
    pairs = neighbour_pairs(GRID).tolist()
    fast_inputs = prepare(images, [0.5], [0.3])
    print(f"{'condition':10}{'plain (ms)':>12}{'here (ms)':>12}{'ratio':>8}{'difference':>14}")
    for condition in arguments.condition:
        network = initial_network(DIGITS, 10, 0.5, 0)
        plain, plain_first = step_time(
            plain_network(network),
            plain_loss(condition, pairs),
            fast_inputs.contiguous(),
            labels,
            arguments.steps,
        )
        fast, fast_first = step_time(
            network, spatial_loss(condition, GRID), fast_inputs, labels, arguments.steps
        )
        print(
            f"{condition:10}{1000 * plain:12.1f}{1000 * fast:12.1f}{plain / fast:8.1f}"
            f"{abs(plain_first - fast_first):14.1e}"
        )


if __name__ == "__main__":
    main()
