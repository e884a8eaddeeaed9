"""Networks of the package timm, by their names there: ``timm:vit_tiny_patch16_224``."""

import importlib
import re
import sys
from collections.abc import Mapping
from types import ModuleType

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.near_names import names_like
from alignment.networks.state_dicts import some
from alignment.networks.torchvision_operators import import_torchvision
from alignment.planning.families import TIMM

REQUIREMENTS = "envs/requirements-timm.txt"

# Tensors with a value for each patch, or for each pixel of one
_ON_GRID = re.compile(r"patch_embed|pos_embed")


def import_timm() -> ModuleType:
    """Import timm, whose import takes a second.

    Raises
    ------
    InputError
        It is not installed.
    """
    import_torchvision()  # timm imports it, too
    try:
        return importlib.import_module("timm")
    except ImportError as error:
        raise InputError(
            f"the architectures of timm need that package ({error}): run pip install --requirement "
            f"{REQUIREMENTS}."
        ) from error


def timm_names() -> list[str]:
    """Return the names of all architectures of timm, with the prefix."""
    return [f"{TIMM}{name}" for name in import_timm().list_models()]


def timm_config(architecture: str):
    """Return what timm knows of the weights that a name stands for.

    Parameters
    ----------
    architecture : str
        ``timm:NAME`` or ``timm:NAME.TAG``; without a tag it is that of timm's default weights.

    Returns
    -------
    timm.models.PretrainedCfg
        ``input_size`` (3, H, W), ``mean``, ``std``, ``num_classes``, ``hf_hub_id``, ...

    Raises
    ------
    InputError
        There is no such name, or timm is not installed.
    """
    timm = import_timm()
    name = architecture.removeprefix(TIMM)
    if not timm.is_model(name):
        known = timm.list_models()
        near = names_like(name.partition(".")[0].lower(), known, n=4, cutoff=0.6)
        hint = f"did you mean {' or '.join(f'{TIMM}{n}' for n in near)}?" if near else ""
        raise InputError(f"timm {timm.__version__} has no architecture '{name}': {hint}".rstrip())
    try:
        found = timm.get_pretrained_cfg(name)
    except RuntimeError as error:  # a tag that there is not
        base = name.partition(".")[0]
        tags = [known.partition(".")[2] for known in timm.list_pretrained(f"{base}.*")]
        raise InputError(
            f"timm {timm.__version__} knows no weights '{name.partition('.')[2]}' of {base}: write "
            f"{TIMM}{base}, or behind it one of the tags {', '.join(tags) or '(none)'}."
        ) from error
    return found if found is not None else timm.models.PretrainedCfg()


def build_timm(architecture: str, n_classes: int | None, input_size: int) -> nn.Module:
    """Build an architecture of timm, with its own random initialisation.

    Parameters
    ----------
    architecture : str
    n_classes : int or None
        0 for a network without a classifier; None for as many as its weights have.
    input_size : int
        In pixels.  Networks that are made for one size, such as transformers, are made for this.
    """
    timm = import_timm()
    config = timm_config(architecture)
    options = {} if n_classes is None else {"num_classes": n_classes}
    name = architecture.removeprefix(TIMM)
    if input_size == config.input_size[1]:
        return timm.create_model(name, **options)
    try:
        try:
            module = timm.create_model(name, img_size=input_size, **options)
        except TypeError:  # made for any size
            return timm.create_model(name, **options)
        patch = getattr(getattr(module, "patch_embed", None), "patch_size", 1)
        patch = (patch,) if isinstance(patch, int) else patch
        # Otherwise timm would leave out the lower and the right edge of every picture.
        if any(input_size % side for side in patch):
            raise ValueError(f"patches have {patch[0]} x {patch[-1]} pixels")
    except (AssertionError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{architecture} cannot be made for pictures of {input_size} x {input_size} pixels "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}): choose "
            "another input_size."
        ) from error
    return module


def timm_weights_url(architecture: str) -> str:
    """Return the address of a name's weights where it carries digits of their SHA-256; else ''."""
    url = timm_config(architecture).url
    return url if isinstance(url, str) and url_digest(url) else ""


def url_digest(url: str) -> str:
    """Return the digits of the SHA-256 in the name of a file, ``resnet18-f37072fd.pth``, or ''.

    ``torch.hub`` checks the same ones.
    """
    found = re.search(r"-([0-9a-f]{8,64})\.(?:pth|pt|bin|safetensors)$", url.rpartition("/")[2])
    return found.group(1) if found else ""


def timm_weights_page(architecture: str) -> str:
    """Return where the weights of a name can be had, for people; '' where timm knows of none."""
    config = timm_config(architecture)
    if config.hf_hub_id:
        file = config.hf_hub_filename or "model.safetensors"
        return f"https://huggingface.co/{config.hf_hub_id}/resolve/main/{file}"
    return config.url or ""


def as_timm_reads(
    module: nn.Module, state_dict: Mapping, where: str
) -> tuple[Mapping, tuple[str, ...]]:
    """Return tensors of a file under the names that timm's own reader of the family gives them.

    Published files often have those of the code that trained them: OpenAI's CLIP, Meta's DINOv2.

    Parameters
    ----------
    module : torch.nn.Module
    state_dict : mapping of str to torch.Tensor
    where : str
        Names the file in errors.

    Returns
    -------
    mapping of str to torch.Tensor
    tuple of str
        What the reader resized, for people: it fits positions to pictures of another size.

    Raises
    ------
    InputError
        The reader resized the weights of patches, which are those of another network.
    """
    reader = getattr(sys.modules[type(module).__module__], "checkpoint_filter_fn", None)
    if reader is None:
        return state_dict, ()
    try:
        found = reader(dict(state_dict), module)
    except Exception:  # not a file of the family; what is wrong is said where names are matched
        return state_dict, ()
    resized = [name for name, tensor in found.items() if _is_resized(name, tensor, state_dict)]
    for name in resized:
        if "patch_embed." in name:
            raise InputError(
                f"{where} has weights of patches of another size than the network's "
                f"{' x '.join(map(str, found[name].shape[2:]))} pixels ({name}): it is of another "
                "architecture."
            )
    if not resized:
        return found, ()
    return found, (f"timm brought {len(resized)} tensors to the network's sizes: {some(resized)}",)


def _is_resized(name: str, tensor: torch.Tensor, given: Mapping[str, torch.Tensor]) -> bool:
    """Tell whether a reader gave a tensor more or fewer values than it has in the file."""
    sizes = {n: t.numel() for n, t in given.items() if isinstance(t, torch.Tensor)}
    origins = {size for n, size in sizes.items() if f".{n}".endswith(f".{name}")}
    # A name that the file lacks: tensors may have been joined, but not one on the grid of patches.
    if not origins and _ON_GRID.search(name):
        origins = set(sizes.values())
    return bool(origins) and tensor.numel() not in origins
