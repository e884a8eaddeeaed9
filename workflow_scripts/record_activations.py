"""Record what a network's topographic layer does with test images, changed images and gratings."""

import numpy as np
import torch

from alignment.artifacts.arrays import read_arrays, read_seal, write_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.network_files import read_network
from alignment.topography.networks import from_saved, topographic_activations
from alignment.topography.tuning import centre_and_surround, gratings, hidden


def main(input, output):
    torch.set_num_threads(1)
    network = from_saved(read_network(input.network))
    if network.attributes["images_sha256"] != read_seal(input.images):
        raise InputError(
            f"{input.network} was not trained on {input.images} as it is now; "
            f"{make_anew(input.network)}"
        )
    images, labels = read_arrays(input.images, "test_images", "test_labels")
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
    told = ("dataset", "condition", "lambda", "seed", "images_sha256", "grid")
    write_arrays(
        output.activations,
        {**arrays, "labels": labels},
        {name: network.attributes[name] for name in told},
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output)
