"""One network cut at several layers: a model for each, called network@layer."""

from collections.abc import Mapping
from typing import Any

from alignment.artifacts.errors import InputError
from alignment.planning.families import MEAN

_BETWEEN = "@"


def with_each_cut(models: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Put a model for each cut in the place of a model whose ``layers`` are a list.

    Parameters
    ----------
    models : mapping of str to mapping
        The section of the config.  A cut of a list without embedding has the mean of its
        maps, which makes cuts comparable and their heads arithmetic.

    Raises
    ------
    InputError
        A list names a layer twice: two models would have one name.
    """
    cut = {}
    for name, model in models.items():
        layers = model.get("layers")
        if not isinstance(layers, list):
            cut[name] = dict(model)
            continue
        for each in layers:
            layer = each["feature_maps"]
            if f"{name}{_BETWEEN}{layer}" in cut:
                raise InputError(
                    f"config: models: {name}: layers: {layer} is named twice, and a cut is called "
                    "by its layer; give the second a model of its own."
                )
            label = f"{model.get('label', name)}, {layer}"
            own = {"layers": {"embedding": MEAN, **each}, "label": label}
            cut[f"{name}{_BETWEEN}{layer}"] = {**model, **own}
    return cut


def sweeps(models: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the models of every network that is cut at several layers, each with its layer.

    Networks and models are called as figures call them.

    Parameters
    ----------
    models : mapping of str to mapping
        As :func:`with_each_cut` returns them.
    """
    found = {}
    for name, model in models.items():
        _, between, layer = name.partition(_BETWEEN)
        if between:
            network = model["label"].removesuffix(f", {layer}")
            found.setdefault(network, {})[model["label"]] = layer
    return found
