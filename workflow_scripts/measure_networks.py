"""Record what the units of networks do, and measure how accurate networks stay under noise."""

import numpy as np
import torch

from alignment.artifacts.arrays import read_arrays, read_seal, write_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns, write_rows
from alignment.topography.measures import COLUMNS
from alignment.topography.networks import from_saved, topographic_activations
from alignment.topography.robustness import input_noise, weight_noise
from alignment.topography.tuning import centre_and_surround, gratings, hidden

TOLD = ("dataset", "condition", "lambda", "seed", "images_sha256", "grid")


def main(input, output, params):
    torch.set_num_threads(1)
    images, labels = read_arrays(input.images, "test_images", "test_labels")
    seal = read_seal(input.images)
    paths = zip(input.networks, input.curves, output.activations, output.robustness, strict=True)
    for path, curve, activations, robustness in progress(list(paths), "networks"):
        network = from_saved(read_network(path))
        if network.attributes["images_sha256"] != seal:
            raise InputError(
                f"{path} was not trained on {input.images} as it is now; {make_anew(path)}"
            )
        told = {name: network.attributes[name] for name in TOLD}
        write_arrays(activations, {**recorded(network, images), "labels": labels}, told)
        rows = under_noise(network, images, labels, read_columns(curve), params)
        network_columns = [told[name] for name in ("condition", "lambda", "seed")]
        write_rows(robustness, COLUMNS, [[*network_columns, *row] for row in rows])


def recorded(network, images):
    """Return what the units do with test images, changed images and gratings."""
    centre, surround = centre_and_surround(*images.shape[1:3])
    grey = np.array(network.normalisation[0])
    stimuli = {
        "activations": images,
        "mirrored_left_right": images[:, :, ::-1],
        "mirrored_up_down": images[:, ::-1],
        "without_centre": hidden(images, centre, grey),
        "without_surround": hidden(images, surround, grey),
    }
    arrays = {name: topographic_activations(network, shown) for name, shown in stimuli.items()}
    shown = gratings(images.shape[1:])
    responses = topographic_activations(network, shown.reshape(-1, *images.shape[1:]))
    arrays["gratings"] = responses.reshape(*shown.shape[:3], -1)
    arrays["weights"] = network.module.fc1.weight.numpy()
    return arrays


def under_noise(network, images, labels, curve, params):
    """Return the rows (measure, level, value) of accuracies, and of what noise changes in them."""
    shown, seed = (images, labels, network.normalisation), network.attributes["seed"]
    levels, exponent = params.noise["levels"], params.noise["pink_exponent"]
    noisy = input_noise(network.module, *shown, levels, seed, exponent)
    disturbed = weight_noise(
        network.module,
        *shown,
        {kind: params.weight_noise[kind] for kind in ("relative", "absolute")},
        params.weight_noise["draws"],
        seed,
        params.weight_noise["layers"],
    )
    clean = {part: curve[f"accuracy_{part}"][-1] for part in ("training", "validation", "test")}
    rows = [(f"accuracy_{part}", np.nan, value) for part, value in clean.items()]
    for kind, level, value in noisy + [(f"weights_{kind}", *rest) for kind, *rest in disturbed]:
        rows.append((f"accuracy_{kind}", level, value))
        rows.append((f"change_{kind}", level, value - clean["test"]))
    return rows


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output, snakemake.params)
