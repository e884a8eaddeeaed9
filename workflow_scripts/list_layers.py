"""List where a network can be cut, and what a cut costs: python list_layers.py vgg16"""

import argparse
import sys
import tempfile
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut, list_layers
from alignment.cutting.layers import format_layers
from alignment.heads.foresight import foresee
from alignment.networks.networks import load_network
from alignment.networks.trials import trial_pictures

SMALLEST = 32  # pixels, as in the config


def main(architecture, input_size, feature_maps=None, embedding=None):
    with tempfile.TemporaryDirectory() as folder:
        network = load_network(
            architecture, {"random": 0}, cache_dir=Path(folder), input_size=input_size
        )
    print(format_layers(list_layers(network)))
    is_default = feature_maps is None and embedding is None
    try:
        cuts = cut(network, feature_maps, embedding)
    except InputError as error:
        if not is_default:
            raise
        print(f"no default cut: {error}")
        return
    pictures = trial_pictures(network.input_size)
    shape = " x ".join(map(str, cuts.maps_shape))
    which = "default cut" if is_default else "this cut"
    print(f"{which}: maps {cuts.feature_maps} ({shape}), embedding {cuts.embedding}")
    print(f"head: {foresee(cuts.backbone, cuts.head, pictures)}")
    for note in cuts.notes:
        print(note)


def chosen_size(text):
    """Return the side of pictures in pixels, None where it is not given."""
    if not text:
        return None
    if not text.isdecimal() or int(text) < SMALLEST:
        raise InputError(
            f"the size of the pictures (INPUT_SIZE) is a whole number of at least {SMALLEST} "
            f"pixels, not '{text}'."
        )
    return int(text)


def from_command_line(architecture, input_size, feature_maps, embedding):
    """List the layers of a network named by options, of which an empty one is not given."""
    if not architecture:
        raise InputError(
            "name a network, such as MODEL=vgg16, MODEL=timm:resnet50 or MODEL=nets.py:build."
        )
    main(architecture, chosen_size(input_size), feature_maps or None, embedding or None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "architecture", nargs="?", help="such as vgg16, timm:resnet50 or nets.py:build"
    )
    parser.add_argument("--input-size", help="in pixels, if not that of the weights")
    parser.add_argument("--feature-maps", help="the layer of the maps, if not the default")
    parser.add_argument("--embedding", help="the layer of the embedding, if not the default")
    arguments = parser.parse_args()
    try:
        from_command_line(**vars(arguments))
    except InputError as error:
        sys.exit(f"Error: {error}")
