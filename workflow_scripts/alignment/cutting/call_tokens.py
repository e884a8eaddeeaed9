"""Class tokens as embedding of networks that have no graph: their tokens are recorded by hooks.

Maps are all tokens, those of places and the others, as in :mod:`alignment.cutting.class_tokens`;
the head is the network run again, on any picture, with these tokens in the place of its own.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from alignment.artifacts.errors import InputError
from alignment.cutting.call_layers import arrangement_in, ends_of
from alignment.cutting.call_parts import (
    OUTPUT,
    CalledBackbone,
    CalledHead,
    Ends,
    cuts_at,
    head_alone,
    time_of,
)
from alignment.cutting.class_tokens import all_tokens
from alignment.cutting.layers import Cuts, said_of_output
from alignment.networks.calls import Call, Record
from alignment.networks.networks import Network
from alignment.networks.trials import trial_pictures
from alignment.planning.families import MEAN


def cut_called_tokens(
    network: Network, found: Record, feature_maps: str | None, embedding: str | None
) -> Cuts:
    """Cut a network without a graph whose embedding is its class token.

    Parameters
    ----------
    network : Network
    found : Record
        What it does with the trial pictures.
    feature_maps, embedding : str, optional
        See :func:`alignment.cutting.class_tokens.cut_class_token`.

    Raises
    ------
    InputError
        The network has no class token, or the embedding needs more than these tokens.
    """
    for call in _candidates(network, found, feature_maps):
        ends = ends_of(network, found, call.name, embedding, of_class_token=True)
        if ends.embedding == MEAN:
            raise InputError(
                f"tokens: class makes what becomes of the class token of {network.architecture} "
                "the embedding, which is no mean and no list of tokens: name a layer that is given "
                "or returns it under layers: embedding:, or leave tokens: class out."
            )
        ends = replace(ends, takes_all_tokens=True)
        if (given := _head(network, found, ends)) is not None:
            head, tokens, n_units = given
            note = (
                f"{network.architecture} has no graph that its head could be taken from: the "
                f"network is run again for every map, about {time_of(head, tokens)} for a "
                "picture here"
            )
            has_classes, notes = network.n_classes is not None, (note,)
            if embedding is None and ends.embedding == OUTPUT:
                notes += said_of_output(network.architecture, has_classes)
            return cuts_at(network.module, ends, head, n_units, has_classes, notes)
    if feature_maps is not None:
        raise InputError(
            f"layers: the class token of {network.architecture} does not follow from the tokens of "
            f"{feature_maps} alone, those of patches among them: name a layer before whose output "
            "no skip connection has branched off, or none."
        )
    raise InputError(
        f"{network.architecture} has no class token that takes something from tokens of places: "
        "leave out tokens: class."
    )


def _candidates(network: Network, found: Record, name: str | None) -> Sequence[Call]:
    """Return the calls that may be cut, the last ones first."""
    calls = [call for call in reversed(found.calls) if _has_class_token(found, call)]
    if name is None:
        return [call for call in calls if not call.hands_on]
    named = [call for call in calls if call.name == name]
    if not named:
        ends_of(network, found, name, None)  # which refuses names that do not exist
        raise InputError(
            f"layers: feature_maps: {name} of {network.architecture} returns no tokens with a "
            "class token among them, which tokens: class needs."
        )
    return named


def _has_class_token(found: Record, call: Call) -> bool:
    arrangement = arrangement_in(found, call)
    return arrangement is not None and arrangement.is_tokens and arrangement.n_others > 0


def _head(
    network: Network, found: Record, ends: Ends
) -> tuple[CalledHead, torch.Tensor, int] | None:
    """Return a head of all tokens, the tokens it was tried on, and the length of its embedding.

    None where the embedding needs more than these tokens, or does not need those of places.
    """
    if ends.call is not None and found.calls.index(ends.call) < found.calls.index(ends.maps):
        return None
    pictures = trial_pictures(network.input_size)
    with torch.no_grad():
        outputs = CalledBackbone(network.module, ends, False)(pictures)
    tokens = all_tokens(outputs["feature_maps"], outputs["other_tokens"])
    known = network.module, pictures, found.calls, ends
    head = head_alone(*known, tokens, outputs["embedding"])
    if head is None:
        return None
    changed = tokens.clone()
    changed[..., ends.arrangement.n_others :] = 0
    with torch.no_grad():
        if torch.allclose(head(tokens), head(changed)):
            return None
    return head, tokens, outputs["embedding"].shape[1]
