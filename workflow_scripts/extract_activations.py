"""Run a network over the pictures: feature maps, embeddings and class scores."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from itertools import islice

import numpy as np
import torch

from alignment.artifacts.arrays import put_array, put_rows, room_for_rows, writing
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew
from alignment.artifacts.job_log import job_log, progress, usage_noted, warn
from alignment.artifacts.lineage import made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.picture_files import PictureFiles
from alignment.cutting.opening import cut_as_recorded
from alignment.datasets.pictures import network_input
from alignment.heads.pooling import is_pooled
from alignment.networks.devices import choose_device
from alignment.networks.networks import from_saved
from alignment.networks.running import pictures_kept_at_a_time


def open_network(path, model, specification):
    """Return a prepared network and what was saved with it; one of another config is refused."""
    saved = read_network(path)
    if (saved.attributes["model"], saved.attributes["specification"]) != (model, specification):
        raise InputError(
            f"{path} is not the network that config: models: {model} describes; {make_anew(path)}"
        )
    return from_saved(saved), saved.attributes


def write_outputs(file, backbone, batches, n_images, device, pool):
    """Write what a network makes of batches of prepared pictures.

    Returns
    -------
    pooled : bool
        Whether the embedding is the spatial mean of the maps.
    silent : float
        Share of (image, map) pairs without any activity.
    signed : bool
        Whether there are values below zero in the maps.
    """
    start, pooled, silent, signed = 0, True, 0, False
    for batch in batches:
        with torch.inference_mode():
            outputs = backbone(torch.from_numpy(batch).to(device))
        arrays = {k: v.cpu().numpy() for k, v in outputs.items() if v is not None}
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise InputError(
                    f"the network's {name.replace('_', ' ')} hold values that are no numbers, or "
                    f"infinite, for pictures {start + 1} to {start + len(batch)}: its weights, "
                    "mean and std may not belong together."
                )
        for name, array in arrays.items():
            if name not in file:
                room_for_rows(file, name, (n_images, *array.shape[1:]), array.dtype)
            put_rows(file[name], start, array, pool)
        start += len(batch)
        pooled &= is_pooled(arrays["feature_maps"], arrays["embedding"])
        signed |= bool((arrays["feature_maps"] < 0).any())
        silent += np.count_nonzero(~arrays["feature_maps"].any(axis=(2, 3)))
    return pooled, silent / np.prod(file["feature_maps"].shape[:2]), signed


def main(input, output, params, threads, dataset, model):
    torch.set_num_threads(threads)
    device = choose_device(params.device)
    network, attributes = open_network(input.network, model, params.model)
    cuts = cut_as_recorded(network, attributes)
    files = PictureFiles(input.pictures)
    prepare = partial(
        network_input,
        size=network.input_size,
        mean=network.mean,
        std=network.std,
        framing=params.framing,
    )
    pictures = files.checked()
    size = pictures_kept_at_a_time(network.input_size, device, threads)
    starts = range(0, len(files.names), size)
    made_by = {
        **attributes,
        "dataset": dataset,
        "architecture": network.architecture,
        "weights": network.weights_name,
        "weights_sha256": network.weights_sha256,
        "framing": params.framing,
        "input_size": network.input_size,
        "mean": network.mean,
        "std": network.std,
        "made_from": made_from(network=input.network, pictures=input.pictures),
        "torch_version": version("torch"),
        "torchvision_version": version("torchvision"),
    }
    with ThreadPoolExecutor(threads) as pool, writing(output.activations, made_by) as file:
        put_array(file, "images", files.names)
        batches = (np.stack([*pool.map(prepare, islice(pictures, size))]) for _ in starts)
        pooled, silent, signed = write_outputs(
            file,
            cuts.backbone.to(device),
            progress(batches, "batches of pictures", len(starts)),
            len(files.names),
            device,
            pool,
        )
        made_by["head"] = "pooled" if pooled else "forward"
        shape = " x ".join(map(str, file["feature_maps"].shape))
    print(f"feature maps: {shape}; {silent:.0%} of (image, map) pairs are silent throughout")
    if silent == 1:
        warn(
            f"the feature maps of {model} are zero in every picture of {dataset}: no similarity is "
            "defined, and no map has a score. Its weights, mean and std may not belong together."
        )
    if signed:
        print(
            "the maps have values below zero: all their units count as active, so the most active "
            "maps are an arbitrary choice (docs/networks.md)"
        )


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
