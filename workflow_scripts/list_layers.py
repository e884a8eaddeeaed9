"""List where a network can be cut: python list_layers.py vgg16"""

import argparse
import sys
import tempfile
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.networks.cuts import format_layers, list_layers
from alignment.networks.networks import load_network


def main(architecture):
    with tempfile.TemporaryDirectory() as folder:
        network = load_network(architecture, {"random": 0}, cache_dir=Path(folder))
    print(format_layers(list_layers(network)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("architecture", help="such as vgg16 or efficientnet_lite0")
    try:
        main(parser.parse_args().architecture)
    except InputError as error:
        sys.exit(f"Error: {error}")
