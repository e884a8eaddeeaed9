"""Networks are tried on random pictures: whether they run, and what they return."""

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.planning.families import is_own

N_PICTURES = 2
# How far outputs may be from what they are to be, as a share of the largest value
_SAME = 1e-5
# ... and through many layers, with batches of different sizes, whose sums round differently
_ALONE = 1e-3


def trial_pictures(input_size: int) -> torch.Tensor:
    """Return random pictures (2, 3, S, S), the same in every run."""
    size = (N_PICTURES, 3, input_size, input_size)
    return torch.rand(size, generator=torch.Generator().manual_seed(0))


def output_for(architecture: str, module: nn.Module, pictures: torch.Tensor) -> torch.Tensor:
    """Return what a network makes of pictures.

    Raises
    ------
    InputError
        It does not run on them, or returns something other than one tensor with a row for each.
    """
    try:
        with torch.no_grad():
            output = module(pictures)
    except Exception as error:  # whatever the code of a network meets
        said = str(error).splitlines() or [type(error).__name__]
        size = f"{pictures.shape[2]} x {pictures.shape[3]}"
        otherwise = (
            ", or let your function return a module that takes a batch of colour pictures and "
            "nothing else"
        )
        raise InputError(
            f"{architecture} does not run on pictures of {size} pixels ({said[0]}): choose another "
            f"input_size{otherwise if is_own(architecture) else ''}."
        ) from error
    if not isinstance(output, torch.Tensor):
        kind = type(output).__name__
        raise InputError(
            f"{architecture} returns {'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}, where "
            "one tensor is needed, the class scores or the embedding of every picture: let a "
            "function of yours return a module that gives it."
        )
    if output.ndim < 2 or len(output) != len(pictures):
        shape = " x ".join(map(str, output.shape)) or "nothing"
        raise InputError(
            f"{architecture} returns an output of shape {shape} for {len(pictures)} pictures, "
            "where a row of values for each picture is needed."
        )
    return output


def check_alone(
    architecture: str, module: nn.Module, pictures: torch.Tensor, output: torch.Tensor
) -> None:
    """Refuse a network that gives a picture alone another result than in a batch.

    Parameters
    ----------
    architecture : str
    module : torch.nn.Module
    pictures : (B, 3, S, S) tensor
    output : (B, ...) tensor
        What the network makes of them.

    Raises
    ------
    InputError
    """
    try:
        with torch.no_grad():
            alone = module(pictures[:1])
    except Exception:  # it needs several
        alone = None
    if not (isinstance(alone, torch.Tensor) and alone.shape == output[:1].shape) or not is_same(
        alone, output[:1], equal_nan=True, tolerance=_ALONE
    ):
        raise InputError(
            f"{architecture} makes something else of a picture alone than of the same picture "
            "among others, as where a norm is taken over the batch: what it computes must depend "
            "on the picture alone."
        )


def is_same(
    found: torch.Tensor,
    expected: torch.Tensor,
    equal_nan: bool = False,
    tolerance: float = _SAME,
) -> bool:
    """Tell whether two outputs differ by no more than a share of the largest value."""
    largest = float(expected.nan_to_num().abs().max())
    return torch.allclose(found, expected, rtol=0, atol=tolerance * largest, equal_nan=equal_nan)
