"""Where a network is cut: feature maps, embedding, and the head between the two.

The network is traced into a graph of operations (torch.fx), whose nodes are its layers, named as
``torchvision.models.feature_extraction.get_graph_node_names`` names them: ``features.29``,
``layer4.1.relu_1``, ``flatten``.  Truong, Pesenti & Hasson (arXiv 2409.16292) cut VGG-16 after the
ReLU of the last convolutional layer and after the ReLU of the penultimate fully connected layer;
the defaults say the same by structure, for any network.

A network without such a graph is cut at its modules, which hooks record; its head is then the whole
network run again (:mod:`alignment.cutting.call_cuts`).
"""

from alignment.cutting.call_cuts import cut_calls, list_called_layers
from alignment.cutting.class_tokens import cut_class_token
from alignment.cutting.graph_cuts import cut_graph, list_graph_layers
from alignment.cutting.layers import Cuts, Layer
from alignment.cutting.traces import UntraceableError, trace
from alignment.networks.networks import Network


def list_layers(network: Network) -> list[Layer]:
    """List the layers in the order in which they run, the default cuts marked.

    Raises
    ------
    InputError
        The network does not run on pictures of its input size.
    """
    try:
        traced = trace(network)
    except UntraceableError:
        return list_called_layers(network)
    return list_graph_layers(traced)


def cut(
    network: Network,
    feature_maps: str | None = None,
    embedding: str | None = None,
    tokens: str = "mean",
) -> Cuts:
    """Cut a network at two layers.

    Parameters
    ----------
    network : Network
        Its modules are made to work out of place, which changes no value that they return.
    feature_maps, embedding : str, optional
        Names of layers, or paths of modules, which stand for the last layer inside them;
        ``mean of the maps`` as embedding is what it says.  By default the embedding is the input of
        the final linear classifier, and the feature maps are the last maps larger than 1 x 1 before
        it that are not the output of pooling or dropout, and no part of attention.  Where these are
        the tokens of a transformer, their mean is the embedding, unless attention pools them.
    tokens : {"mean", "class"}
        With ``class`` the embedding of a transformer is what becomes of its class token; see
        :mod:`alignment.cutting.class_tokens`.

    Raises
    ------
    InputError
        A layer does not exist or has an output of the wrong shape, there is no default, the
        embedding does not follow from the feature maps, or not from them alone.
    """
    try:
        traced = trace(network)
    except UntraceableError:
        return cut_calls(network, feature_maps, embedding, tokens)
    cut_at = cut_class_token if tokens == "class" else cut_graph
    return cut_at(traced, network.n_classes is not None, feature_maps, embedding)
