"""Run a network over the pictures: feature maps, embeddings and class scores."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from alignment.networks.cuts import cut
from alignment.networks.devices import choose_device
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew
from alignment.heads.opening import is_pooled
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.lineage import made_from
from alignment.networks.networks import load_saved_network
from alignment.datasets.pictures import digest, network_input, read_picture
from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.tables import read_columns

BATCH_SIZE = 16


def read_checked(folder, index):
    """Yield the pictures of an index in order; an altered picture is an InputError."""
    for name, sha256 in zip(index["image"], index["sha256"], strict=True):
        path = folder / f"{name}.png"
        picture = read_picture(path)
        if digest(picture) != sha256:
            raise InputError(
                f"{path} is not the picture that was imported; delete {folder} "
                "and run snakemake again."
            )
        yield picture


def _on_cpu(values):
    return None if values is None else values.cpu()


def main(input, output, params, threads, dataset, model):
    torch.set_num_threads(threads)
    device = choose_device(params.device)
    network, attributes = load_saved_network(input.network)
    if (attributes["model"], attributes["specification"]) != (model, params.model):
        raise InputError(
            f"{input.network} is not the network that config: models: {model} describes; "
            f"{make_anew(input.network)}"
        )
    cuts = cut(network, attributes["feature_maps_layer"], attributes["embedding_layer"])
    index = read_columns(input.index)
    pictures = np.stack(
        [
            network_input(picture, network.input_size, network.mean, network.std, params.framing)
            for picture in read_checked(Path(input.pictures), index)
        ]
    )
    backbone = cuts.backbone.to(device)
    batches = []
    with torch.inference_mode():
        for batch in progress(torch.from_numpy(pictures).split(BATCH_SIZE), "batches of pictures"):
            outputs = backbone(batch.to(device))
            batches.append({name: _on_cpu(values) for name, values in outputs.items()})
    arrays = {
        name: None
        if batches[0][name] is None
        else torch.cat([batch[name] for batch in batches]).numpy()
        for name in ("feature_maps", "embedding", "logits")
    }
    pooled = is_pooled(arrays["feature_maps"], arrays["embedding"])
    write_arrays(
        output.activations,
        {**arrays, "images": index["image"]},
        {
            **attributes,
            "dataset": dataset,
            "architecture": network.architecture,
            "weights": network.weights_name,
            "weights_sha256": network.weights_sha256,
            "head": "pooled" if pooled else "forward",
            "framing": params.framing,
            "input_size": network.input_size,
            "mean": network.mean,
            "std": network.std,
            "made_from": made_from(network=input.network, pictures=input.index),
            "torch_version": version("torch"),
            "torchvision_version": version("torchvision"),
        },
    )
    shape = " x ".join(map(str, arrays["feature_maps"].shape))
    silent = (arrays["feature_maps"].max(axis=(2, 3)) == 0).mean()
    print(f"feature maps: {shape}; {silent:.0%} of (image, map) pairs are silent throughout")


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.threads,
            snakemake.wildcards.dataset,
            snakemake.wildcards.model,
        )
