"""Networks run over pictures: once, or over ones that are changed again and again."""

import contextlib
import io
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from alignment.networks.quickened import quickened
from alignment.networks.trials import is_same

# Batches of more pixels no longer fit the cache of a CPU: four pictures of 224 x 224 at once take
# 1.5 times as long per picture as one at a time.
PIXELS_ON_CPU = 65_536
ON_GPU = 64  # pictures
# All outputs of a batch are kept until they are written.
MOST_KEPT = 16
# Matrix products handle rows in groups of four; the rest are summed in another order, and
# differ in the last digit.
ROWS = 4
# How far a quickened network may be from the plain one, as a share of the largest value
ROUNDING = 1e-4


def embedder(backbone: nn.Module, device: torch.device) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that embeds pictures, (B, 3, S, S) float32 to (B, D) float32.

    Parameters
    ----------
    backbone : torch.nn.Module
        Pictures to a dict with ``embedding``, on `device`.
    device : torch.device

    Notes
    -----
    A quicker network takes its place (:mod:`alignment.networks.quickened`), where it gives the same
    embedding of the first picture.
    """

    # Channels last: a convolution over a single place is then a plain product of matrices.
    layout = torch.channels_last if device.type == "cpu" else torch.contiguous_format
    network = quickened(backbone, layout)
    run = None

    def quick(given: torch.Tensor) -> torch.Tensor:
        return network(given.contiguous(memory_format=layout))

    def plain(given: torch.Tensor) -> torch.Tensor:
        return backbone(given)["embedding"]

    @torch.inference_mode()
    def embed(pictures: np.ndarray) -> np.ndarray:
        nonlocal run
        given = torch.from_numpy(pictures).to(device)
        if run is None:
            run = quick if _agree(quick, plain, given[:1]) else plain
        return run(given).cpu().numpy()

    return embed


def _agree(quick: Callable, plain: Callable, given: torch.Tensor) -> bool:
    """Tell whether a quickened network runs, and gives what the plain one does."""
    expected = plain(given)
    try:
        # A graph prints where it fails, which a log need not show
        with contextlib.redirect_stderr(io.StringIO()):
            found = quick(given)
    except Exception:  # such as of x.view(len(x), -1), which wants another layout
        return False
    if found.shape != expected.shape:
        return False
    return is_same(found, expected, equal_nan=True, tolerance=ROUNDING)


def pictures_at_a_time(input_size: int, device: torch.device) -> int:
    """Return the number of pictures of a batch that takes the least time."""
    return ON_GPU if device.type == "cuda" else max(1, PIXELS_ON_CPU // input_size**2)


def pictures_kept_at_a_time(input_size: int, device: torch.device, threads: int = 1) -> int:
    """Return the number of pictures of a batch where they are run once and all outputs kept.

    Parameters
    ----------
    input_size : int
        Side of a network's square input, in pixels.
    device : torch.device
    threads : int
        Each has a picture, up to 16.

    Returns
    -------
    int
        A multiple of 4, so that the last digits of a picture's values do not depend on its batch.
    """
    if device.type == "cuda":
        return MOST_KEPT
    wanted = max(threads, pictures_at_a_time(input_size, device))
    return min(MOST_KEPT, ROWS * -(-wanted // ROWS))
