"""The network that an entry of the config describes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alignment.cutting.cuts import Cuts, cut
from alignment.networks.networks import Network, load_network


def load_and_cut(model: Mapping[str, Any], cache_dir: Path) -> tuple[Network, Cuts]:
    """Load and cut the network that an entry of the config describes.

    Parameters
    ----------
    model : mapping
        ``architecture``, ``weights``, and perhaps ``input_size, mean, std, transform_input``,
        ``layers`` and ``tokens``.
    cache_dir : Path
        Folder of downloaded weights.

    Raises
    ------
    InputError
        See :func:`alignment.networks.networks.load_network` and
        :func:`alignment.cutting.cuts.cut`.
    """
    options = {key: model.get(key) for key in ("input_size", "mean", "std", "transform_input")}
    network = load_network(model["architecture"], model["weights"], cache_dir=cache_dir, **options)
    layers = model.get("layers", {})
    where = layers.get("feature_maps"), layers.get("embedding")
    return network, cut(network, *where, model.get("tokens", "mean"))
