"""The two parts of a network that has no graph, cut at its modules by hooks.

Where the embedding is the mean of the maps the head is arithmetic.  Otherwise the network is run
again, on any picture, and what the layer of the feature maps returns is replaced.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from alignment.cutting.arrangements import Arrangement, maps_of, others_of, output_of
from alignment.cutting.layers import BESIDE, Cuts, time_written
from alignment.networks.calls import Call, tapped
from alignment.networks.trials import is_same
from alignment.planning.families import MEAN

INPUT = "input of "
OUTPUT = "output of the network"


@dataclass(frozen=True)
class Ends:
    """Where a network is cut.

    Attributes
    ----------
    maps : Call
    arrangement : Arrangement
        Of its output.
    embedding : str
        ``mean of the maps``, ``output of the network``, ``input of`` a layer, or a layer.
    call : Call or None
        That layer.
    keeps_pictures : bool
        Whether the embedding needs more of a picture than the maps, so that the head is given the
        picture, too.
    takes_all_tokens : bool
        Whether the tokens that belong to no place are maps as well.
    """

    maps: Call
    arrangement: Arrangement
    embedding: str
    call: Call | None
    keeps_pictures: bool = False
    takes_all_tokens: bool = False


class CalledBackbone(nn.Module):
    """Pictures to feature maps, embedding and class scores, in one pass of the network."""

    def __init__(self, module: nn.Module, ends: Ends, has_classes: bool):
        super().__init__()
        self.module, self.ends, self.has_classes = module, ends, has_classes

    def forward(self, pictures: torch.Tensor) -> dict[str, torch.Tensor | None]:
        ends, found = self.ends, {}

        def keep_maps(output):
            how = ends.arrangement
            # Later layers may overwrite it.
            found["maps"] = maps_of(output, how.kind, how.side, how.n_others).clone()
            if ends.takes_all_tokens:
                found["others"] = others_of(output, how.kind, how.n_others).clone()

        embedding, scores = _run(self.module, pictures, ends, keep_maps)
        maps = found["maps"]
        if ends.embedding == MEAN:
            embedding = maps.mean(dim=(2, 3))
        logits = scores if self.has_classes else None
        more = {f"{BESIDE}0": pictures} if ends.keeps_pictures else {}
        if ends.takes_all_tokens:
            more["other_tokens"] = found["others"]
        return {"feature_maps": maps, "embedding": embedding, "logits": logits, **more}


class MeanHead(nn.Module):
    """Feature maps (B, F, H, W) to their means (B, F)."""

    def forward(self, feature_maps: torch.Tensor) -> torch.Tensor:
        return feature_maps.mean(dim=(2, 3))


class CalledHead(nn.Module):
    """Feature maps to embeddings: the network, run on a picture with these maps for its own.

    The picture can be any where the embedding follows from the maps alone; otherwise the head is
    given the pictures of the maps.

    Parameters
    ----------
    module : torch.nn.Module
    ends : Ends
    picture : (1, 3, S, S) tensor
    settled : sequence of str
        Modules that are done before the maps are there: what they return is computed once.
    """

    def __init__(
        self, module: nn.Module, ends: Ends, picture: torch.Tensor, settled: Sequence[str] = ()
    ):
        super().__init__()
        self.module, self.ends = module, ends
        self.register_buffer("picture", picture)
        kept = {}
        handles = [
            module.get_submodule(path).register_forward_hook(
                lambda _, given, output, path=path: kept.update({path: output})
            )
            for path in settled
        ]
        try:
            with torch.no_grad():
                module(picture)
        finally:
            for handle in handles:
                handle.remove()
        self.settled = {}
        for number, path in enumerate(settled):
            if isinstance(kept[path], torch.Tensor) and len(kept[path]) == 1:
                self.settled[path] = f"settled_{number}"
                self.register_buffer(f"settled_{number}", kept[path].clone())

    def forward(
        self, feature_maps: torch.Tensor, pictures: torch.Tensor | None = None
    ) -> torch.Tensor:
        n = len(feature_maps)

        def replace(_):
            return output_of(feature_maps, self.ends.arrangement.kind).clone()

        if pictures is not None:  # the network may overwrite them
            return _run(self.module, pictures.clone(), self.ends, replace)[0]
        layers = {self.module.get_submodule(path): name for path, name in self.settled.items()}
        try:
            for layer, name in layers.items():
                layer.forward = partial(_repeated, getattr(self, name), n)
            return _run(self.module, self.picture.expand(n, -1, -1, -1), self.ends, replace)[0]
        finally:
            for layer in layers:
                layer.__dict__.pop("forward", None)  # the method of its class remains


def _repeated(values: torch.Tensor, n: int, *given, **options) -> torch.Tensor:
    """Return what a module returned for one picture, repeated for n pictures."""
    return values.expand(n, *values.shape[1:]).clone()  # later layers may overwrite it


def settled_before(calls: Sequence[Call], maps: Call) -> tuple[str, ...]:
    """Return the outermost modules that are called once, and done before the maps are there."""
    n_calls = Counter(call.path for call in calls)
    done = [
        call.path
        for call in calls[: calls.index(maps)]
        if n_calls[call.path] == 1 and call.path != maps.path
    ]
    # A module that holds others ends after them.
    return tuple(p for p in done if not any(p.startswith(f"{outer}.") for outer in done))


def head_alone(
    module: nn.Module,
    pictures: torch.Tensor,
    calls: Sequence[Call],
    ends: Ends,
    maps: torch.Tensor,
    embedding: torch.Tensor,
) -> CalledHead | None:
    """Return a head that needs the maps alone; None where they are not enough.

    Parameters
    ----------
    module : torch.nn.Module
    pictures : (2, 3, S, S) tensor
    calls : sequence of Call
        What the module calls for them.
    ends : Ends
    maps, embedding : tensors
        Of the pictures.
    """
    # With a picture other than those of the maps, what bypasses the maps makes a difference.
    picture = pictures.flip(-1)[1:]
    for settled in (settled_before(calls, ends.maps), ()):
        head = CalledHead(module, ends, picture, settled)
        with torch.no_grad():
            if is_same(head(maps), embedding):
                return head
    return None


@torch.no_grad()
def follows_from(module: nn.Module, pictures: torch.Tensor, call: Call) -> bool:
    """Tell whether the output of a network follows from what a call returns, for any picture."""
    kept = []
    with tapped(module, {call: lambda values: kept.append(values.clone())}, {}):
        output = module(pictures)
    with tapped(module, {call: lambda _: kept[0].clone()}, {}):
        # Pictures that are only mirrored would keep their means: their order is reversed, too.
        return is_same(module(pictures.flip((0, 3))), output)


@torch.no_grad()
def time_of(head: nn.Module, maps: torch.Tensor, *beside: torch.Tensor) -> str:
    """Say how long a head takes for all maps of a picture, one by one."""
    start = time.perf_counter()
    head(maps, *beside)
    return time_written((time.perf_counter() - start) / len(maps) * maps.shape[1])


def _run(module, pictures, ends, at_maps):
    """Run a network; return the embedding, or nothing where it is the mean of the maps, and scores.

    `at_maps` is called with the output of the layer of the feature maps.
    """
    found = {}

    def keep(values):
        found["embedding"] = values.flatten(1).clone()

    def at_both(values):
        replaced = at_maps(values)
        keep(values if replaced is None else replaced)
        return replaced

    outputs, inputs = {ends.maps: at_maps}, {}
    if ends.call is not None and ends.embedding.startswith(INPUT):
        inputs[ends.call] = keep
    elif ends.call == ends.maps:
        outputs[ends.maps] = at_both
    elif ends.call is not None:
        outputs[ends.call] = keep
    with tapped(module, outputs, inputs):
        scores = module(pictures)
    return found["embedding"] if ends.call is not None else scores.flatten(1), scores


def cuts_at(
    module: nn.Module,
    ends: Ends,
    head: nn.Module,
    n_units: int,
    has_classes: bool,
    notes: tuple[str, ...],
) -> Cuts:
    """Return a network in two parts, cut at its ends, with a head between them."""
    return Cuts(
        feature_maps=ends.maps.name,
        embedding=ends.embedding,
        maps_shape=ends.arrangement.maps_shape,
        n_units=n_units,
        backbone=CalledBackbone(module, ends, has_classes).eval(),
        head=head.eval(),
        notes=notes,
    )
