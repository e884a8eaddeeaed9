"""Networks: built by name, given checked weights, and kept as one file.

A network is in evaluation mode and without gradients from the start.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import sha256_of_file
from alignment.artifacts.network_files import SavedNetwork, read_network, sha256_of_tensors
from alignment.networks.architectures import (
    HAVE_AUXILIARY_HEADS,
    build,
    check_architecture,
    classifier_of,
    preparation_of,
)
from alignment.networks.state_dicts import load_checked, match_names
from alignment.networks.timm_networks import as_timm_reads
from alignment.networks.torchvision_operators import import_torchvision
from alignment.networks.weights import load_weights
from alignment.planning.families import TIMM, TOPOGRAPHIC, is_own
from alignment.planning.own_code import function_files
from alignment.topography.design import trained_file

torchvision = import_torchvision()

# Weights that a user's function gives its network itself
OWN_WEIGHTS = "own"


@dataclass(frozen=True)
class Network:
    """A network ready to look at pictures, and where it came from.

    Attributes
    ----------
    module : torch.nn.Module
        Pictures (B, 3, input_size, input_size), prepared with `mean` and `std`, to class scores.
    architecture : str
    weights_name : str
        For people: ``imagenet``, ``IMAGENET1K_V1``, ``file vgg16.pth``, ``random weights, seed 1``.
    weights_sha256 : str
        Of the file of weights; for random weights of the tensors themselves.
    n_classes : int or None
        None where the weights came without a final classifier; the module's single output then
        means nothing.
    input_size : int
        Side of the square pictures, in pixels.
    mean, std : tuple of float
        Of the red, green and blue values in [0, 1], as the weights expect them.
    notes : tuple of str
        What a person should know about how the weights were matched.
    options : dict
        What else the architecture was built with.
    unknown : tuple of str
        Tensors of the classifier that the file of weights lacks; what they hold means nothing.
    """

    module: nn.Module
    architecture: str
    weights_name: str
    weights_sha256: str
    n_classes: int | None
    input_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    notes: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def load_network(
    architecture: str,
    weights: str | Mapping,
    *,
    cache_dir: Path,
    input_size: int | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    transform_input: bool | None = None,
) -> Network:
    """Build a network and give it its weights.

    Parameters
    ----------
    architecture : str
        A name of :mod:`alignment.networks.architectures`.
    weights : str or mapping
        A specification of :func:`alignment.networks.weights.load_weights`, or ``{random: seed}``:
        the architecture's own random initialisation, the same in every run.  ``own``: those that a
        user's function gives its network.  For ``topographic``: ``{topography:
        dataset/condition/lambda-.../seed-...}``, trained here.
    cache_dir : Path
        Folder of downloaded weights.
    input_size, mean, std : optional
        Override what the weights say.  They say: torchvision's files (also as a local copy) their
        own values, timm what it knows of the name; other files the crop size of the
        architecture's default weights and the mean and deviation of ImageNet.
    transform_input : bool, optional
        Whether an Inception or a GoogLeNet rescales pictures to [-1, 1] itself, as those of
        torchvision do; by default those whose file is torchvision's own.

    Raises
    ------
    InputError
        The architecture is unknown, or the weights are missing, damaged or of another network.
    """
    check_architecture(architecture)
    rescaling, _ = _rescaling(architecture, False, transform_input)
    chosen = input_size, mean, std
    if architecture == TOPOGRAPHIC:
        return _load_topographic(weights, chosen)
    seed = weights.get("random") if isinstance(weights, Mapping) else None
    if seed is not None or (weights == OWN_WEIGHTS and is_own(architecture)):
        return _as_built(architecture, seed, preparation_of(architecture, None, *chosen), rescaling)
    source = load_weights(architecture, weights, cache_dir)
    preparation = preparation_of(architecture, source.published, *chosen)
    size = preparation["input_size"]
    rescaling, told = _rescaling(architecture, source.published is not None, transform_input)
    options = _options_of(architecture) | rescaling

    module = build(architecture, None, size, options)
    classifier, n_default = classifier_of(architecture, module, size)
    where = f"the weights '{source.name}' of {architecture}"
    given, is_timm = source.state_dict, architecture.startswith(TIMM)
    tensors, resized = as_timm_reads(module, given, where) if is_timm else (given, ())
    matched = match_names(tensors, module, classifier, where)
    n_classes = (n_default or None) if classifier is None else matched.n_classes
    if n_classes != (n_default or None) and not is_own(architecture):
        module = build(architecture, _built_classes(architecture, n_classes), size, options)
    unknown = load_checked(module, matched, classifier, where)

    notes = (*source.notes, *resized, *matched.notes, *told)
    if source.published is not None and isinstance(weights, Mapping):
        notes = (f"the file is torchvision's {source.published.name}", *notes)
    return Network(
        module=module,
        architecture=architecture,
        weights_name=source.name,
        weights_sha256=source.sha256,
        n_classes=n_classes,
        notes=notes,
        options=options,
        unknown=unknown,
        **preparation,
    )


def _rescaling(
    architecture: str, is_published: bool, chosen: bool | None
) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Return how an Inception or a GoogLeNet is built, and what a person should know of it.

    The weights that torchvision publishes for these two were trained on pictures in [-1, 1]; the
    networks rescale those prepared with ImageNet's mean and deviation themselves.  Networks that
    were trained from these weights on want the same, which no file tells.
    """
    if architecture not in HAVE_AUXILIARY_HEADS:
        if chosen is not None:
            raise InputError(
                f"transform_input is for {' and '.join(HAVE_AUXILIARY_HEADS)}; {architecture} "
                "takes mean and std."
            )
        return {}, ()
    rescales = is_published if chosen is None else chosen
    told = ()
    if chosen is None and not is_published:
        told = (
            "pictures are not rescaled to [-1, 1]: if the network was trained from torchvision's "
            "weights on, or the file is a copy of them, set transform_input: true",
        )
    return ({"transform_input": True} if rescales else {}), told


def _as_built(
    architecture: str, seed: int | None, preparation: Mapping, rescaling: Mapping
) -> Network:
    """Build a network with its own random initialisation, or with what a function gives it."""
    options = _options_of(architecture) | rescaling
    size = preparation["input_size"]
    module = build(architecture, None, size, options, seed=seed)
    _, n_classes = classifier_of(architecture, module, size)
    return Network(
        module=module,
        architecture=architecture,
        weights_name="as its function gives them"
        if seed is None
        else f"random weights, seed {seed}",
        weights_sha256=sha256_of_tensors(_arrays(module)),
        n_classes=n_classes or None,
        options=options,
        **preparation,
    )


def _built_classes(architecture: str, n_classes: int | None) -> int:
    """Return how many classes to build a network with that has so many, or has none (None)."""
    # Where there are none, torchvision's networks get one that means nothing.
    return n_classes or (0 if architecture.startswith(TIMM) else 1)


def _options_of(architecture: str) -> dict[str, Any]:
    """Return what a saved network needs to be built from besides its name."""
    if not is_own(architecture):
        return {}
    return {"code": {file: sha256_of_file(file) for file in function_files(architecture)}}


def _load_topographic(weights: str | Mapping, chosen: Sequence) -> Network:
    """Load a network that :mod:`alignment.topography.training` trained, to look at pictures."""
    if any(value is not None for value in chosen):
        raise InputError(
            "input_size, mean and std of a network trained here are those of its training: leave "
            "them out."
        )
    if not (isinstance(weights, Mapping) and "topography" in weights):
        raise InputError(
            "the architecture 'topographic' takes weights trained here: weights: {topography: "
            "digits/WS/lambda-1/seed-1}."
        )
    path = trained_file(weights["topography"])
    saved = read_network(path)
    size, _, channels = saved.known["image_shape"]
    module = build(TOPOGRAPHIC, saved.known["n_classes"], size, saved.known)
    module.network.load_state_dict(_tensors(saved))
    return Network(
        module=module,
        architecture=TOPOGRAPHIC,
        weights_name=f"trained here, {weights['topography']}",
        weights_sha256=sha256_of_file(path),
        n_classes=saved.known["n_classes"],
        input_size=size,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        notes=("pictures are made grey and inverted",) if channels == 1 else (),
        options=saved.known,
    )


def to_saved(network: Network, attributes: Mapping[str, Any]) -> SavedNetwork:
    """Return what a file keeps of a network, with anything else that JSON can hold."""
    known = {name: value for name, value in vars(network).items() if name != "module"}
    return SavedNetwork(known, dict(attributes), _arrays(network.module))


def from_saved(saved: SavedNetwork) -> Network:
    """Build the network that a file holds."""
    known = dict(saved.known)
    for name in ("mean", "std", "notes", "unknown"):
        known[name] = tuple(known.get(name, ()))
    architecture, options = known["architecture"], known["options"]
    check_architecture(architecture)
    if is_own(architecture) and options != _options_of(architecture):
        raise InputError(
            f"the code of {architecture} has changed since the network was saved; run snakemake "
            "again."
        )
    n_classes = _built_classes(architecture, known["n_classes"])
    module = build(architecture, n_classes, known["input_size"], options)
    tensors = OrderedDict(_tensors(saved))
    # Versions of the modules, without which some (MNASNet) refuse to load.
    tensors._metadata = module.state_dict()._metadata
    module.load_state_dict(tensors)
    return Network(module=module, **known)


def _tensors(saved: SavedNetwork) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array) for name, array in saved.tensors.items()}


def _arrays(module: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in module.state_dict().items()}
