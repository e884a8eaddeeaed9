"""Run a network over the pictures: feature maps, embeddings and class scores."""

from importlib.metadata import version

import numpy as np
import torch

from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.lineage import made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.picture_files import PictureFiles
from alignment.datasets.pictures import network_input
from alignment.heads.opening import is_pooled
from alignment.networks.cuts import cut
from alignment.networks.devices import choose_device
from alignment.networks.networks import from_saved

BATCH_SIZE = 16


def open_network(path, model, specification):
    """Return a prepared network and what was saved with it; one of another config is refused."""
    saved = read_network(path)
    if (saved.attributes["model"], saved.attributes["specification"]) != (model, specification):
        raise InputError(
            f"{path} is not the network that config: models: {model} describes; {make_anew(path)}"
        )
    return from_saved(saved), saved.attributes


def outputs_of(backbone, pictures, device):
    """Return feature maps, embeddings and class scores of prepared pictures, (N, 3, S, S)."""
    batches = []
    with torch.inference_mode():
        for batch in progress(torch.from_numpy(pictures).split(BATCH_SIZE), "batches of pictures"):
            outputs = backbone(batch.to(device))
            batches.append({k: v.cpu().numpy() for k, v in outputs.items() if v is not None})
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def main(input, output, params, threads, dataset, model):
    torch.set_num_threads(threads)
    device = choose_device(params.device)
    network, attributes = open_network(input.network, model, params.model)
    cuts = cut(network, attributes["feature_maps_layer"], attributes["embedding_layer"])
    files = PictureFiles(input.pictures)
    preparation = network.input_size, network.mean, network.std, params.framing
    pictures = np.stack([network_input(picture, *preparation) for picture in files.checked()])
    arrays = outputs_of(cuts.backbone.to(device), pictures, device)
    pooled = is_pooled(arrays["feature_maps"], arrays["embedding"])
    write_arrays(
        output.activations,
        {**arrays, "images": files.names},
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
            "made_from": made_from(network=input.network, pictures=input.pictures),
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
