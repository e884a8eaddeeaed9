"""State dicts: find a network's tensors among those of a file, and load them without a gap.

Files name the same tensors differently: a wrapper for several graphics cards adds ``module.``, a
self-supervised method trains the network as the ``backbone`` or ``encoder`` of a larger one.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.tensor_kinds import (
    are_equal,
    n_rows,
    refuse_other_numbers,
    refuse_without_values,
)

# DataParallel and torch.compile insert a component anywhere (features.module.0.weight).
_WRAPPER = re.compile(r"(^|\.)(?:(?:module|_orig_mod)\.)+")

# torchvision's DenseNet files predate the rule against dots in module names (norm.1 for norm1).
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)")

# Of several networks in one file, the one that is meant to be used: MoCo's query, DINO's and MAE's
# teacher or encoder, BYOL's online network.
_MEANT = ("encoder_q", "base_encoder", "teacher", "online", "online_encoder", "online_network")

# Heads of GoogLeNet and Inception that help training only; the networks are built without them.
_TRAINING_ONLY = ("aux1.", "aux2.", "AuxLogits.")


@dataclass(frozen=True)
class Matched:
    """The part of a file that belongs to a network, under the network's own names.

    Attributes
    ----------
    state_dict : OrderedDict of str to torch.Tensor
    n_classes : int or None
        Rows of the final classifier; None where the file has none.
    notes : tuple of str
        What was found and left aside, for people.
    """

    state_dict: "OrderedDict[str, torch.Tensor]"
    n_classes: int | None
    notes: tuple[str, ...]


def match_names(
    state_dict: Mapping[str, torch.Tensor], network: nn.Module, classifier: str | None, where: str
) -> Matched:
    """Pick a network's tensors out of a file.

    The prefix is the one under which most of the network's names, the final classifier's aside, are
    found.  Names outside it are left aside and reported.

    Parameters
    ----------
    state_dict : mapping of str to torch.Tensor
        As read from a file.
    network : torch.nn.Module
        Only its names are used.
    classifier : str or None
        Path of the module that gives the class scores, such as ``fc`` or ``classifier.6``; None
        where there is none: then every tensor must be found.
    where : str
        Names the file in errors.

    Raises
    ------
    InputError
        No name of the network occurs, or two prefixes fit equally well and neither is known to be
        the one that is meant; or two tensors that differ have one name but for a wrapper.
    """
    plain, own = _how_to_name(network, classifier)
    final = plain(f"{classifier}.")
    names = [n for n in own if not n.startswith(final)]
    tensors = _by_plain_name(state_dict, plain, where)
    packed = [n for n in state_dict if "_packed_params" in n]
    packed += [n for n, t in tensors.items() if t.is_quantized]
    if packed:
        raise InputError(
            f"{where} is of a quantised network ({packed[0]}): take the weights that it was made "
            "from, in float32 or float16."
        )
    prefix = _find_prefix(tensors, names, where)

    part = OrderedDict((n[len(prefix) :], t) for n, t in tensors.items() if n.startswith(prefix))
    notes = [f"names in the file begin with '{prefix}'"] if prefix else []
    if others := _other_networks(tensors, names, prefix):
        notes.append(
            f"the file holds the network also under {' and '.join(map(repr, others))}; weights: "
            "key chooses another"
        )
    aside = [n for n in tensors if not n.startswith(prefix)]
    heads = _foreign_heads(part, [*own, final if classifier else ""])
    aside += [f"{prefix}{name}" for name in heads]
    if aside:
        notes.append(f"{len(aside)} tensors of the file lie outside the network: {some(aside)}")
    auxiliary = [n for n in part if n.startswith(_TRAINING_ONLY)]
    if auxiliary:
        notes.append(f"auxiliary heads were left out: {some(auxiliary)}")

    n_classes = None
    projection = []
    if f"{final}weight" in part:
        n_classes = n_rows(f"{prefix}{final}weight", part[f"{final}weight"], where)
    elif classifier is not None:
        # Self-supervised files may keep a projection head of several layers in its place.
        projection = [n for n in part if n.startswith(final)]
        held = f" ({some(projection)} in its place)" if projection else ""
        notes.append(f"the file has no final classifier {classifier}{held}: no class scores")
    for name in (*auxiliary, *projection, *heads):
        del part[name]
    part = OrderedDict((own.get(n, n), t) for n, t in part.items())
    part._metadata = _metadata(state_dict, network, prefix, plain)
    return Matched(part, n_classes, tuple(notes))


def _how_to_name(
    network: nn.Module, classifier: str | None
) -> tuple[Callable[[str], str], dict[str, str]]:
    """Return what strips names of wrappers' additions, and the network's names by the stripped.

    Nothing is stripped where too little would be left: a part of the network's own may be called
    ``module``, too.
    """
    names = list(network.state_dict())
    own = {_plain(name): name for name in names}
    if len(own) < len(names) or not _plain(f"{classifier}."):
        return str, {name: name for name in names}
    return _plain, own


def _by_plain_name(
    state_dict: Mapping[str, torch.Tensor], plain: Callable[[str], str], where: str
) -> dict[str, torch.Tensor]:
    """Return the tensors of a file by their names without wrappers."""
    found = {}
    for name, tensor in state_dict.items():
        if not isinstance(tensor, torch.Tensor):
            continue
        before, other = found.setdefault(plain(name), (name, tensor))
        if before != name and not are_equal(tensor, other):
            raise InputError(
                f"{where} holds two tensors {plain(name)} that differ, as {before} and as {name}: "
                "keep one of the two networks in the file."
            )
    return {name: tensor for name, (_, tensor) in found.items()}


def load_checked(
    module: nn.Module, matched: Matched, classifier: str | None, where: str
) -> tuple[str, ...]:
    """Copy matched tensors into a network, which must find all it needs and nothing else.

    Returns
    -------
    tuple of str
        The tensors of the classifier that the file lacks: they stay as they are.

    Raises
    ------
    InputError
        A tensor holds values that are no numbers or infinite; or tensors are missing (the
        classifier may be where the file has none), have no place in the network, or have another
        shape; the sentence names a few.
    """
    _check_types(module, matched, where)
    for name, tensor in matched.state_dict.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise InputError(
                f"{where} has values that are no numbers, or infinite, in the tensor {name}: with "
                "them every score would be empty."
            )
    try:
        report = module.load_state_dict(matched.state_dict, strict=False)
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines() if "size mismatch" in line]
        raise InputError(f"{where} has tensors of other shapes: {some(lines, '; ')}") from error
    # Counts training steps; older files lack it and evaluation does not use it.
    missing = [n for n in report.missing_keys if not n.endswith(".num_batches_tracked")]
    unknown = ()
    if matched.n_classes is None:
        unknown = tuple(name for name in missing if name.startswith(f"{classifier}."))
    if missing := [name for name in missing if name not in unknown]:
        raise InputError(
            f"{where} lacks {len(missing)} tensors of the network: {some(missing)}; is it of "
            f"another architecture?"
        )
    if report.unexpected_keys:
        raise InputError(
            f"{where} has {len(report.unexpected_keys)} tensors that have no place in the "
            f"network: {some(report.unexpected_keys)}; is it of another architecture?"
        )
    return unknown


def _check_types(module: nn.Module, matched: Matched, where: str) -> None:
    """Refuse tensors without values, and such that would be read as other numbers than meant."""
    own = module.state_dict()
    for name, tensor in matched.state_dict.items():
        refuse_without_values(name, tensor, where)
        if name in own and own[name].is_floating_point():
            refuse_other_numbers(name, tensor, where)


def some(names: Iterable[str], separator: str = ", ") -> str:
    """Join the first three names and count the others."""
    names = list(names)
    more = [f"and {len(names) - 3} more"] if len(names) > 3 else []
    return separator.join(names[:3] + more)


def _foreign_heads(names: Iterable[str], of_network: Iterable[str]) -> list[str]:
    """Return the names under modules that the network lacks: a projection head, prototypes.

    Not such under another of a row of modules, layer5 behind layer4: that is a deeper network.
    """
    own = {name.partition(".")[0] for name in of_network}
    kinds = {name.rstrip("0123456789") for name in own}
    tops = {name: name.partition(".")[0] for name in names}
    return [
        name
        for name, top in tops.items()
        if top not in own
        and top.rstrip("0123456789") not in kinds
        and not name.startswith(_TRAINING_ONLY)
    ]


def _plain(name: str) -> str:
    return _OLD_DENSENET.sub(r"\1\2", _WRAPPER.sub(r"\1", name))


def _other_networks(found: Iterable[str], names: list[str], prefix: str) -> list[str]:
    """Return under which other prefixes the whole network is found."""
    hits = _prefixes(found, names)
    return [other for other, n in hits.items() if other != prefix and n == hits[prefix]]


def _prefixes(found: Iterable[str], names: list[str]) -> Counter:
    """Count how many of the network's names are found behind each prefix."""
    wanted = set(names)
    hits = Counter()
    for name in found:
        parts = name.split(".")
        for depth in range(len(parts)):
            if ".".join(parts[depth:]) in wanted:
                hits["".join(f"{part}." for part in parts[:depth])] += 1
    return hits


def _find_prefix(found: Iterable[str], names: list[str], where: str) -> str:
    """Return what precedes the network's names in a file: '' or something that ends in a dot."""
    hits = _prefixes(found, names)
    if not hits:
        raise InputError(
            f"{where} has no tensor of the network: it holds {some(found)} where {some(names)} are "
            f"needed."
        )
    count = max(hits.values())
    best = [prefix for prefix, n in hits.items() if n == count]
    meant = [prefix for prefix in best if set(prefix.split(".")) & set(_MEANT)]
    if len(best) > 1 and len(meant) != 1:
        raise InputError(
            f"{where} contains the network more than once, under "
            f"{' and '.join(repr(prefix) for prefix in best)}: name one under weights: key."
        )
    return (meant or best)[0]


def _metadata(
    state_dict: Mapping, network: nn.Module, prefix: str, plain: Callable[[str], str]
) -> "OrderedDict[str, dict]":
    """Versions of the modules, by which torch brings old files up to date on loading."""
    own, stored = network.state_dict()._metadata, getattr(state_dict, "_metadata", None)
    if stored is None:
        # .safetensors and plain dicts carry none; some modules (MNASNet) refuse to load without.
        return own
    found = {plain(f"{path}.") if path else "": entry for path, entry in stored.items()}
    keys = {path: prefix + (plain(f"{path}.") if path else "") for path in own}
    return OrderedDict((path, found[key]) for path, key in keys.items() if key in found)
