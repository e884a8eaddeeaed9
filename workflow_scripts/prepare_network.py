"""Load a network and its weights, check where it is cut, and keep it in one checked file."""

import torch

from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.network_files import write_network
from alignment.networks.cuts import cut
from alignment.networks.networks import load_network, to_saved, torchvision


def main(output, model, name):
    network = load_network(
        model["architecture"],
        model["weights"],
        cache_dir=cache_folder(),
        input_size=model.get("input_size"),
        mean=model.get("mean"),
        std=model.get("std"),
    )
    for note in network.notes:
        print(note)
    layers = model.get("layers", {})
    cuts = cut(network, layers.get("feature_maps"), layers.get("embedding"))
    print(f"feature maps: {cuts.feature_maps}, embedding: {cuts.embedding}")
    attributes = {
        "model": name,
        "specification": model,
        "feature_maps_layer": cuts.feature_maps,
        "embedding_layer": cuts.embedding,
    }
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    write_network(output.network, to_saved(network, attributes), versions)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        name = snakemake.wildcards.model
        try:
            main(snakemake.output, snakemake.params.model, name)
        except InputError as error:
            raise InputError(f"config: models: {name}: {error}") from error
