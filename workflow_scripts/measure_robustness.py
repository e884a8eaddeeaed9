"""Measure how accurate a network stays when images or weights are disturbed."""

import numpy as np
import torch

from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns, write_rows
from alignment.topography.measures import COLUMNS
from alignment.topography.networks import from_saved
from alignment.topography.robustness import input_noise, weight_noise


def main(input, output, params):
    torch.set_num_threads(1)
    network = from_saved(read_network(input.network))
    shown = *read_arrays(input.images, "test_images", "test_labels"), network.normalisation
    told = network.attributes
    levels, exponent = params.noise["levels"], params.noise["pink_exponent"]
    noisy = input_noise(network.module, *shown, levels, told["seed"], exponent)
    disturbed = weight_noise(
        network.module,
        *shown,
        {kind: params.weight_noise[kind] for kind in ("relative", "absolute")},
        params.weight_noise["draws"],
        told["seed"],
        params.weight_noise["layers"],
    )
    curve = read_columns(input.curve)
    clean = {part: curve[f"accuracy_{part}"][-1] for part in ("training", "validation", "test")}
    rows = [(f"accuracy_{part}", np.nan, value) for part, value in clean.items()]
    found = noisy + [(f"weights_{kind}", level, value) for kind, level, value in disturbed]
    for kind, level, value in found:
        rows.append((f"accuracy_{kind}", level, value))
        rows.append((f"change_{kind}", level, value - clean["test"]))
    network_columns = [told[name] for name in ("condition", "lambda", "seed")]
    write_rows(output.table, COLUMNS, [[*network_columns, *row] for row in rows])


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output, snakemake.params)
