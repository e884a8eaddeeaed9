"""Architectures: what there is by name, and how it is built, without weights.

EfficientNet-Lite comes from the package ``efficientnet-lite-pytorch``, ``topographic`` from this
workflow's own training, ``timm:NAME`` from the package timm, ``nets.py:build`` from a function of
the user's, every other architecture from torchvision.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.calls import record
from alignment.networks.near_names import names_like
from alignment.networks.own_networks import build_own
from alignment.networks.timm_networks import build_timm, timm_config, timm_names
from alignment.networks.torchvision_operators import import_torchvision
from alignment.networks.trials import output_for, trial_pictures
from alignment.planning.architectures import LITE
from alignment.planning.families import TIMM, TOPOGRAPHIC, is_own

torchvision = import_torchvision()

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
IMAGENET_CLASSES = 1000
HAVE_AUXILIARY_HEADS = ("googlenet", "inception_v3")
_OWN_INPUT_SIZE = 224


def list_architectures() -> list[str]:
    """Return the names of this workflow and of torchvision that can be built, sorted."""
    published = torchvision.models.list_models(module=torchvision.models)
    return sorted([TOPOGRAPHIC, *LITE, *published])


def check_architecture(architecture: str, where: str = "") -> None:
    """Refuse a name that is not known, and say which are alike.

    Parameters
    ----------
    architecture : str
    where : str
        What the sentence begins with.

    Raises
    ------
    InputError
    """
    if architecture.startswith(TIMM):
        timm_config(architecture)
        return
    known = list_architectures()
    if architecture in known or is_own(architecture):
        return  # what is wrong with a function is found where it is called
    try:
        of_timm = timm_names()
    except InputError:
        of_timm = []  # not installed
    wanted = architecture.lower()
    near = names_like(wanted, known, n=4, cutoff=0.6)
    exact = [name for name in of_timm if name == f"{TIMM}{wanted}"]
    # A beginning that both share tells nothing.
    bare = [name.removeprefix(TIMM) for name in of_timm]
    near += exact or [f"{TIMM}{name}" for name in names_like(wanted, bare, n=2, cutoff=0.75)]
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}."
    raise InputError(
        f"{where}the architecture '{architecture}' is not known: {hint} Other networks are named "
        f"{TIMM}NAME, or nets.py:build for the function build in your file nets.py."
    )


def preparation_of(
    architecture: str,
    published: Any,
    input_size: int | None,
    mean: Sequence[float] | None,
    std: Sequence[float] | None,
) -> dict[str, Any]:
    """Decide how pictures are prepared: the user first, then the weights, then the architecture.

    Returns
    -------
    dict
        ``input_size`` in pixels, ``mean`` and ``std`` of the red, green and blue values.
    """
    if architecture in LITE:
        known = (LITE[architecture], IMAGENET_MEAN, IMAGENET_STD)
    elif architecture.startswith(TIMM):
        config = timm_config(architecture)
        known = (config.input_size[1], config.mean, config.std)
    elif is_own(architecture):
        known = (_OWN_INPUT_SIZE, IMAGENET_MEAN, IMAGENET_STD)
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


def build(
    architecture: str,
    n_classes: int | None,
    input_size: int,
    options: Mapping[str, Any],
    seed: int | None = None,
) -> nn.Module:
    """Build an architecture, in evaluation mode; the global random state is left as it was.

    Parameters
    ----------
    architecture : str
    n_classes : int or None
        None for as many as the architecture has by default.  A user's function decides itself.
    input_size : int
    options : mapping
        What else the architecture is built with.
    seed : int, optional
        Of the random initialisation.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0 if seed is None else seed)
        if architecture.startswith(TIMM):
            module = build_timm(architecture, n_classes, input_size)
        elif is_own(architecture):
            module = build_own(architecture)
        else:
            module = _build_known(
                architecture, n_classes or IMAGENET_CLASSES, input_size, options, seed is not None
            )
    # Not one after the other: a train() of a user's own may return nothing.
    module.eval()
    module.requires_grad_(False)
    return module


def _build_known(
    architecture: str,
    n_classes: int,
    input_size: int,
    options: Mapping[str, Any],
    is_untrained: bool,
) -> nn.Module:
    if architecture in LITE:
        # Imported here so that torchvision's networks do not need the package.
        from efficientnet_lite_pytorch import EfficientNet

        # Its padding is computed from the size of the pictures.
        return EfficientNet.from_name(
            architecture.replace("_", "-"), num_classes=n_classes, image_size=input_size
        )
    if architecture == TOPOGRAPHIC:
        from alignment.topography.colour import ColourNetwork

        return ColourNetwork(**options)
    arguments = {"num_classes": n_classes, **options}
    if architecture in HAVE_AUXILIARY_HEADS:
        arguments |= {"aux_logits": False, "init_weights": is_untrained}
    if architecture.startswith("vit_"):
        arguments["image_size"] = input_size
    try:
        return torchvision.models.get_model(architecture, weights=None, **arguments)
    except (AssertionError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{architecture} cannot be made for pictures of {input_size} x {input_size} pixels "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}): choose "
            "another input_size."
        ) from error


def classifier_of(architecture: str, module: nn.Module, input_size: int) -> tuple[str | None, int]:
    """Return the path of the layer with an output for each class, and how many classes there are.

    Parameters
    ----------
    architecture : str
    module : torch.nn.Module
        With as many classes as by default.
    input_size : int

    Returns
    -------
    str or None
        None where the scores come from no single layer, or there are none.
    int
        0 where there are none.

    Raises
    ------
    InputError
        The network does not run on pictures of that size.
    """
    if architecture.startswith(TIMM) or is_own(architecture):
        pictures = trial_pictures(input_size)
        output_for(architecture, module, pictures)
        found = record(module, pictures).classifier
        if found is not None:
            return found.path, found.shape[-1]
        return None, getattr(module, "num_classes", 0) if architecture.startswith(TIMM) else 0
    outputs = {
        path: getattr(layer, "out_features", None) or getattr(layer, "out_channels", None)
        for path, layer in module.named_modules()
    }
    return [path for path, n in outputs.items() if n == IMAGENET_CLASSES][-1], IMAGENET_CLASSES
