"""Load a network and its weights, check where it is cut, and keep it in one checked file."""

import torch

from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.network_files import write_network
from alignment.cutting.opening import load_and_cut
from alignment.networks.gaps import check_known
from alignment.networks.networks import to_saved, torchvision


def main(output, model, name):
    try:
        network, cuts = load_and_cut(model, cache_folder())
        check_known(network, cuts.backbone)
    except InputError as error:
        raise InputError(f"config: models: {name}: {error}") from error
    for note in (*network.notes, *cuts.notes):
        print(note)
    print(f"weights: {network.weights_name}, SHA-256 {network.weights_sha256}")
    print(f"feature maps: {cuts.feature_maps}, embedding: {cuts.embedding}")
    attributes = {
        "model": name,
        "specification": model,
        "feature_maps_layer": cuts.feature_maps,
        "embedding_layer": cuts.embedding,
        "tokens": model.get("tokens", "mean"),
    }
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    write_network(output.network, to_saved(network, attributes), versions)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.output, snakemake.params.model, snakemake.wildcards.model)
