"""Transformers whose embedding is the class token: cut before it last takes something from patches.

Maps are all tokens, those of places and the others: a map is off where a channel is zero in all of
them.  A head is given them as (B, F, 1, T), the others first.
"""

import torch
from torch import fx, nn

from alignment.artifacts.errors import InputError
from alignment.cutting.arrangements import Arrangement, maps_of, others_of, output_of
from alignment.cutting.classifiers import takes_output
from alignment.cutting.graph_layers import arrangement_in, default_embedding, find
from alignment.cutting.graph_parts import between, bypass
from alignment.cutting.layers import Cuts, said_of_output
from alignment.cutting.traces import Trace


class TokenBackbone(nn.Module):
    """Pictures to maps, other tokens, embedding and class scores, from one pass."""

    def __init__(self, graph: fx.GraphModule, arrangement: Arrangement):
        super().__init__()
        self.graph, self.arrangement = graph, arrangement

    def forward(self, pictures: torch.Tensor) -> dict[str, torch.Tensor | None]:
        found = self.graph(pictures)
        how, tokens = self.arrangement, found.pop("tokens")
        return {
            "feature_maps": maps_of(tokens, how.kind, how.side, how.n_others),
            "other_tokens": others_of(tokens, how.kind, how.n_others),
            **found,
        }


def all_tokens(feature_maps: torch.Tensor, other_tokens: torch.Tensor) -> torch.Tensor:
    """Return maps (N, F, H, W) and other tokens (N, F, k) as a head is given them, (N, F, 1, T)."""
    return torch.cat([other_tokens, feature_maps.flatten(2)], dim=2)[:, :, None]


def cut_class_token(
    traced: Trace, has_classes: bool, feature_maps: str | None, embedding: str | None
) -> Cuts:
    """Cut a transformer whose embedding is its class token.

    Parameters
    ----------
    traced : Trace
    has_classes : bool
    feature_maps : str, optional
        A layer that returns tokens.  By default the last one whose tokens of places still reach
        the embedding: what enters the last block.
    embedding : str, optional

    Raises
    ------
    InputError
        The network has no class token, or the embedding needs more than these tokens.
    """
    if embedding is None:
        node = default_embedding(traced)[0]
    else:
        vectors = [n for n, shape in traced.shapes.items() if len(shape) == 2]
        node = find(traced, embedding, "embedding", vectors)
    if feature_maps is None:
        maps = _last_tokens(traced, node)
    else:
        tokens = [n for n in traced.shapes if _has_class_token(traced, n)]
        maps = find(traced, feature_maps, "feature_maps", tokens)
        if not _has_class_token(traced, maps):
            raise InputError(
                f"layers: feature_maps: {traced.names[maps]} of {traced.architecture} returns no "
                "tokens with a class token among them, which tokens: class needs."
            )
    arrangement, notes = arrangement_in(traced, maps), ()
    if embedding is None and takes_output(traced, node, maps):
        notes = said_of_output(traced.architecture, has_classes)
    graph = fx.Graph()
    copies = {}
    scores = graph.graph_copy(traced.graph, copies)
    flat = graph.call_function(torch.flatten, (copies[node], 1))
    logits = scores if has_classes else None
    graph.output({"tokens": copies[maps], "embedding": flat, "logits": logits})
    whole = fx.GraphModule(traced.module, graph, "Backbone").eval()
    whole.graph.eliminate_dead_code()
    whole.recompile()
    return Cuts(
        feature_maps=traced.names[maps],
        embedding=traced.names[node],
        maps_shape=arrangement.maps_shape,
        n_units=traced.shapes[node][1:].numel(),
        backbone=TokenBackbone(whole, arrangement).eval(),
        head=_token_head(traced, maps, node),
        notes=notes,
    )


def _token_head(traced: Trace, maps: fx.Node, embedding: fx.Node) -> fx.GraphModule:
    kind = arrangement_in(traced, maps).kind

    def as_output(graph, given):
        return graph.call_function(output_of, (given, kind))

    found = between(traced, maps, embedding, as_output)
    if found.beside:
        raise InputError(f"{bypass(traced, maps, embedding, found.beside[0])}.")
    return found.module


def _last_tokens(traced: Trace, embedding: fx.Node) -> fx.Node:
    """Return the last tokens of which those of places reach the embedding."""
    needed = traced.needed_for(embedding)
    for node in reversed(traced.shapes):
        if node not in needed or not _has_class_token(traced, node):
            continue
        found = arrangement_in(traced, node)
        try:
            head = _token_head(traced, node, embedding)
        except InputError:
            continue  # within a block, a skip connection goes around
        n_tokens = found.n_others + found.side**2
        generator = torch.Generator().manual_seed(0)
        tokens = torch.randn((2, found.n_maps, 1, n_tokens), generator=generator)
        changed = tokens.clone()
        changed[..., found.n_others :] = 0
        with torch.no_grad():
            if not torch.allclose(head(tokens), head(changed)):
                return node
    raise InputError(
        f"{traced.architecture} has no class token that takes something from tokens of places: "
        "leave out tokens: class."
    )


def _has_class_token(traced: Trace, node: fx.Node) -> bool:
    found = arrangement_in(traced, node)
    return found is not None and found.is_tokens and found.n_others > 0
