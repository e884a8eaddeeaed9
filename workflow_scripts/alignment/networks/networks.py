"""Networks: built by name, given checked weights, and kept as one file.

EfficientNet-Lite comes from the package ``efficientnet-lite-pytorch``, ``topographic`` from this
workflow's own training, every other architecture from torchvision.  A network is in evaluation mode
and without gradients from the start.
"""

import difflib
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
from alignment.networks.state_dicts import load_checked, match_names
from alignment.networks.torchvision_operators import import_torchvision
from alignment.networks.weights import load_weights
from alignment.topography.design import trained_file

torchvision = import_torchvision()

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

# The resolutions that the EfficientNet-Lite networks were made for, in pixels.
_LITE_INPUT_SIZE = {"efficientnet_lite0": 224, "efficientnet_lite1": 240, "efficientnet_lite2": 260}

_HAS_AUXILIARY_HEADS = ("googlenet", "inception_v3")

_IMAGENET_CLASSES = 1000

_TOPOGRAPHIC = "topographic"


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


def list_architectures() -> list[str]:
    """Return the names of all architectures that can be built, sorted."""
    published = torchvision.models.list_models(module=torchvision.models)
    return sorted([_TOPOGRAPHIC, *_LITE_INPUT_SIZE, *published])


def load_network(
    architecture: str,
    weights: str | Mapping,
    *,
    cache_dir: Path,
    input_size: int | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
) -> Network:
    """Build a network and give it its weights.

    Parameters
    ----------
    architecture : str
        ``efficientnet_lite0``, ``...1``, ``...2``, ``topographic`` or the name of a torchvision
        classifier.
    weights : str or mapping
        A specification of :func:`alignment.networks.weights.load_weights`, or ``{random: seed}``:
        the architecture's own random initialisation, the same in every run.  For
        ``topographic``: ``{topography: dataset/condition/lambda-.../seed-...}``, trained here.
    cache_dir : Path
        Folder of downloaded weights.
    input_size, mean, std : optional
        Override what the weights say.  They say: torchvision's files (also as a local copy) their
        own values; other files the crop size of the architecture's default weights and the mean
        and deviation of ImageNet.

    Raises
    ------
    InputError
        The architecture is unknown, or the weights are missing, damaged or of another network.
    """
    _check_architecture(architecture)
    if architecture == _TOPOGRAPHIC:
        return _load_topographic(weights)
    if isinstance(weights, Mapping) and "random" in weights:
        preparation = _preparation(architecture, None, input_size, mean, std)
        return _untrained(architecture, weights["random"], preparation)
    source = load_weights(architecture, weights, cache_dir)
    preparation = _preparation(architecture, source.published, input_size, mean, std)
    size = preparation["input_size"]
    # The weights that torchvision publishes for these two were trained on pictures in [-1, 1]; the
    # networks rescale those prepared with ImageNet's mean and deviation themselves.
    rescales = source.published is not None and architecture in _HAS_AUXILIARY_HEADS
    options = {"transform_input": True} if rescales else {}

    module = _build(architecture, _IMAGENET_CLASSES, size, options)
    classifier = _classifier_of(module)
    where = f"the weights '{source.name}' of {architecture}"
    matched = match_names(source.state_dict, module, classifier, where)
    if matched.n_classes != _IMAGENET_CLASSES:
        module = _build(architecture, matched.n_classes or 1, size, options)
    load_checked(module, matched, classifier, where)

    notes = (*source.notes, *matched.notes)
    if source.published is not None and isinstance(weights, Mapping):
        notes = (f"the file is torchvision's {source.published.name}", *notes)
    return Network(
        module=module,
        architecture=architecture,
        weights_name=source.name,
        weights_sha256=source.sha256,
        n_classes=matched.n_classes,
        notes=notes,
        options=options,
        **preparation,
    )


def _untrained(architecture: str, seed: int, preparation: Mapping) -> Network:
    """Build a network with its own random initialisation."""
    module = _build(architecture, _IMAGENET_CLASSES, preparation["input_size"], {}, seed=seed)
    return Network(
        module=module,
        architecture=architecture,
        weights_name=f"random weights, seed {seed}",
        weights_sha256=sha256_of_tensors(_arrays(module)),
        n_classes=_IMAGENET_CLASSES,
        **preparation,
    )


def _load_topographic(weights: str | Mapping) -> Network:
    """Load a network that :mod:`alignment.topography.training` trained, to look at pictures."""
    if not (isinstance(weights, Mapping) and "topography" in weights):
        raise InputError(
            "the architecture 'topographic' takes weights trained here: weights: {topography: "
            "digits/WS/lambda-1/seed-1}."
        )
    path = trained_file(weights["topography"])
    saved = read_network(path)
    size, _, channels = saved.known["image_shape"]
    module = _build(_TOPOGRAPHIC, saved.known["n_classes"], size, saved.known)
    module.network.load_state_dict(_tensors(saved))
    return Network(
        module=module,
        architecture=_TOPOGRAPHIC,
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
    for name in ("mean", "std", "notes"):
        known[name] = tuple(known[name])
    _check_architecture(known["architecture"])
    module = _build(
        known["architecture"], known["n_classes"] or 1, known["input_size"], known["options"]
    )
    tensors = OrderedDict(_tensors(saved))
    # Versions of the modules, without which some (MNASNet) refuse to load.
    tensors._metadata = module.state_dict()._metadata
    module.load_state_dict(tensors)
    return Network(module=module, **known)


def _check_architecture(architecture: str) -> None:
    known = list_architectures()
    if architecture not in known:
        near = difflib.get_close_matches(architecture.lower(), known, n=4, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}."
        raise InputError(f"the architecture '{architecture}' is not known: {hint}")


def _preparation(
    architecture: str,
    published: Any,
    input_size: int | None,
    mean: Sequence[float] | None,
    std: Sequence[float] | None,
) -> dict[str, Any]:
    """Decide how pictures are prepared: the user first, then the weights, then the architecture."""
    if architecture in _LITE_INPUT_SIZE:
        known = (_LITE_INPUT_SIZE[architecture], IMAGENET_MEAN, IMAGENET_STD)
    elif published is not None:
        transforms = published.transforms()
        known = (transforms.crop_size[0], transforms.mean, transforms.std)
    else:
        default = torchvision.models.get_model_weights(architecture)["DEFAULT"].transforms()
        known = (default.crop_size[0], IMAGENET_MEAN, IMAGENET_STD)
    return {
        "input_size": int(input_size or known[0]),
        "mean": tuple(map(float, mean or known[1])),
        "std": tuple(map(float, std or known[2])),
    }


def _build(
    architecture: str,
    n_classes: int,
    input_size: int,
    options: Mapping[str, Any],
    seed: int | None = None,
) -> nn.Module:
    """Build an architecture; the global random state is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0 if seed is None else seed)
        if architecture in _LITE_INPUT_SIZE:
            # Imported here so that torchvision's networks do not need the package.
            from efficientnet_lite_pytorch import EfficientNet

            # Its padding is computed from the size of the pictures.
            module = EfficientNet.from_name(
                architecture.replace("_", "-"), num_classes=n_classes, image_size=input_size
            )
        elif architecture == _TOPOGRAPHIC:
            from alignment.topography.colour import ColourNetwork

            module = ColourNetwork(**options)
        else:
            arguments = {"num_classes": n_classes, **options}
            if architecture in _HAS_AUXILIARY_HEADS:
                arguments |= {"aux_logits": False, "init_weights": seed is not None}
            if architecture.startswith("vit_"):
                arguments["image_size"] = input_size
            module = torchvision.models.get_model(architecture, weights=None, **arguments)
    return module.eval().requires_grad_(False)


def _classifier_of(module: nn.Module) -> str:
    """Return the path of the last layer, linear or convolutional, with an output for each class."""
    outputs = {
        path: getattr(layer, "out_features", None) or getattr(layer, "out_channels", None)
        for path, layer in module.named_modules()
    }
    return [path for path, number in outputs.items() if number == _IMAGENET_CLASSES][-1]


def _tensors(saved: SavedNetwork) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(array) for name, array in saved.tensors.items()}


def _arrays(module: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in module.state_dict().items()}
