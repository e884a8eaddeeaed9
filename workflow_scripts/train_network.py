"""Train one network, and keep its weights with their origin, and its training curve."""

from importlib.metadata import version

import torch

from alignment.artifacts.arrays import read_arrays, read_attributes, read_seal
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.network_files import write_network
from alignment.artifacts.tables import write_rows
from alignment.topography.losses import spatial_loss
from alignment.topography.networks import TrainedNetwork, to_saved
from alignment.topography.training import CURVE_COLUMNS, Images, train


def main(input, output, params, trained):
    torch.set_num_threads(1)
    names = ("train_images", "train_labels", "test_images", "test_labels")
    images = Images(*read_arrays(input.images, *names))
    network, curve = train(
        images,
        spatial_loss(trained["condition"], tuple(params.grid), **params.loss),
        float(trained["lambda"]),
        trained["seed"],
        **params.training,
        progress=lambda epochs: progress(epochs, "epochs"),
    )
    attributes = {
        **trained,
        **params.training,
        **params.loss,
        "grid": params.grid,
        "origin": read_attributes(input.images)["origin"],
        "images_sha256": read_seal(input.images),
        "numpy": version("numpy"),
    }
    shape = images.train_images.shape[1:]
    kept = TrainedNetwork(network, shape, images.normalisation(), attributes)
    versions = {"torch": torch.__version__, "torchvision": "not used"}
    write_network(output.network, to_saved(kept), versions)
    write_rows(output.curve, CURVE_COLUMNS, curve)
    print(f"test accuracy: {curve[-1]['accuracy_test']:.3f}")


def trained_of(wildcards):
    """Return what the wildcards of a job say of its network."""
    return {
        "dataset": wildcards.dataset,
        "condition": wildcards.condition,
        "lambda": float(wildcards.strength),
        "seed": int(wildcards.seed),
    }


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output, snakemake.params, trained_of(snakemake.wildcards))
