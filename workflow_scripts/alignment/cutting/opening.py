"""Networks cut as an entry of the config, or a file of results, describes it."""

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


def cut_as_recorded(network: Network, attributes: Mapping[str, Any]) -> Cuts:
    """Cut a network where a file says that it was cut.

    Parameters
    ----------
    network : Network
    attributes : mapping
        Of that file: ``feature_maps_layer``, ``embedding_layer`` and perhaps ``tokens``.
    """
    layers = attributes["feature_maps_layer"], attributes["embedding_layer"]
    return cut(network, *layers, attributes.get("tokens", "mean"))
