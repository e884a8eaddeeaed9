"""How the output of a layer is read as feature maps: (B, F, H, W), whatever order it comes in.

Convolutional networks put channels first.  Swin and its relatives put them last.  Vision
transformers hold a list of tokens, one for each patch of the picture, row by row, and before these
a few others that belong to no place: the class token, registers.  The F channels of the tokens are
then F maps on the grid of patches.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from alignment.networks.trials import N_PICTURES

# Tokens that belong to no place: a class token, one for distillation, registers.
MOST_OTHERS = 8


@dataclass(frozen=True)
class Arrangement:
    """The order of a layer's output.

    Attributes
    ----------
    kind : {"channels first", "channels last", "tokens", "tokens before pictures"}
        (B, F, H, W), (B, H, W, F), (B, T, F) or, as in CLIP, (T, B, F).
    n_maps : int
    side : int
        H = W, since pictures are square.
    n_others : int
        Tokens before those of the places.
    """

    kind: str
    n_maps: int
    side: int
    n_others: int = 0

    @property
    def is_tokens(self) -> bool:
        """Whether it is a list of tokens."""
        return self.kind.startswith("tokens")

    @property
    def maps_shape(self) -> tuple[int, int, int]:
        """(F, H, W)."""
        return self.n_maps, self.side, self.side


def arrangement_of(
    shape: Sequence[int],
    sides: Iterable[int] = (),
    n_pictures: int = N_PICTURES,
    of_cube: str | None = "channels first",
    of_list: bool | None = None,
) -> Arrangement | None:
    """Tell how an output is read as maps larger than 1 x 1; None where it cannot be.

    Parameters
    ----------
    shape : sequence of int
        Of the output, for a batch of pictures.
    sides : iterable of int
        Sides of the square maps that the network has elsewhere: the patches of a transformer are
        cut by a convolution, whose output has the grid of the tokens.  Without any, tokens are a
        square number, or one more.
    n_pictures : int
        In the batch.
    of_cube : str or None
        The kind of outputs whose shape does not tell it, since F = H = W; None where it is unknown.
    of_list : bool or None
        Whether outputs that may also be flattened maps, (B, F, H W), are tokens; None where it is
        unknown.
    """
    kind = "tokens"
    if len(shape) == 3 and shape[0] != n_pictures == shape[1]:
        kind, shape = "tokens before pictures", (shape[1], shape[0], shape[2])
    if not shape or shape[0] != n_pictures:
        return None  # windows of pictures, for instance
    if len(shape) == 4:
        _, first, second, third = shape
        if is_cube(shape) and of_cube != "channels first":
            return Arrangement(of_cube, third, first) if of_cube else None
        if second == third > 1:
            return Arrangement("channels first", first, second)
        if first == second > 1:
            return Arrangement("channels last", third, first)
    if len(shape) == 3:
        tokens = _grid(shape[1], sides)
        is_told = of_list or kind != "tokens" or not may_be_flat(shape, sides)
        if tokens is not None and is_told:
            return Arrangement(kind, shape[2], tokens, shape[1] - tokens**2)
    return None


def may_be_flat(shape: Sequence[int], sides: Iterable[int] = ()) -> bool:
    """Tell whether a list, (B, T, F), may be maps that were merely flattened, (B, F, H W)."""
    places = _grid(shape[2], sides) if len(shape) == 3 else None
    return places is not None and places**2 == shape[2]


def is_cube(shape: Sequence[int]) -> bool:
    """Tell whether there are as many maps as places in a row, so that either may come first."""
    return len(shape) == 4 and shape[1] == shape[2] == shape[3] > 1


def _grid(n_tokens: int, sides: Iterable[int]) -> int | None:
    """Return the side of the grid that so many tokens stand on, with a few others before them."""
    seen = [g for g in sides if g > 1 and g**2 <= n_tokens <= g**2 + MOST_OTHERS]
    if seen:
        return max(seen)
    side = math.isqrt(n_tokens)
    is_alone = not list(sides) and side > 1 and n_tokens - side**2 <= 1
    return side if is_alone else None


def is_on_coarser_grid(shape: Sequence[int], maps: Arrangement) -> bool:
    """Tell whether an output is a list of tokens that are fewer and longer than those of some maps.

    So it is in transformers whose grid becomes smaller from one stage to the next.
    """
    if len(shape) != 3 or shape[0] != N_PICTURES:
        return False
    is_flat = shape[1] == maps.n_maps  # (B, F, H W)
    is_longer = shape[2] > maps.n_maps and not is_flat
    return is_longer and shape[1] < maps.side**2 and _grid(shape[1], ()) is not None


def sides_of(shapes: Iterable[Sequence[int]]) -> set[int]:
    """Return the sides of the square maps among the shapes of a network's outputs."""
    found = (arrangement_of(shape) for shape in shapes if len(shape) == 4)
    return {arrangement.side for arrangement in found if arrangement is not None}


def maps_of(output: torch.Tensor, kind: str, side: int, n_others: int) -> torch.Tensor:
    """Bring the output of a layer to maps (B, F, H, W); see :class:`Arrangement`."""
    if kind == "channels last":
        return output.permute(0, 3, 1, 2).contiguous()
    if kind == "tokens before pictures":
        output = output.transpose(0, 1)
    if kind.startswith("tokens"):
        return output[:, n_others:].transpose(1, 2).unflatten(2, (side, side)).contiguous()
    return output


def others_of(output: torch.Tensor, kind: str, n_others: int) -> torch.Tensor:
    """Return the tokens of a layer's output that belong to no place, (B, F, k)."""
    if kind == "tokens before pictures":
        output = output.transpose(0, 1)
    return output[:, :n_others].transpose(1, 2).contiguous()


def output_of(maps: torch.Tensor, kind: str) -> torch.Tensor:
    """Bring maps (B, F, H, W) back to the order of a layer's output, all of which they are.

    All tokens, (B, F, 1, T), are brought back likewise.
    """
    if kind == "channels last":
        return maps.permute(0, 2, 3, 1)
    if kind == "tokens":
        return maps.flatten(2).transpose(1, 2)
    if kind == "tokens before pictures":
        return maps.flatten(2).permute(2, 0, 1)
    return maps
