"""Score the units of trained networks by what they add to the prediction of human judgments."""

import numpy as np
import torch

from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.network_files import read_network
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.tables import read_columns, write_rows
from alignment.datasets.pictures import network_input
from alignment.similarity.pairs import upper_triangle
from alignment.topography.importance import (
    MAP_COLUMNS,
    UNIT_COLUMNS,
    leave_units_out,
    to_input,
)
from alignment.topography.networks import from_saved, topographic_activations
from alignment.topography.sheet import morans_i, morans_i_p, neighbour_pairs, patches, positions


def main(input, output, params, cohort):
    torch.set_num_threads(1)
    chosen = read_columns(input.cohort)["index"]
    judgments = read_arrays(input.similarity, "similarity")[np.ix_(chosen, chosen)]
    files = PictureFiles(input.pictures)
    pictures = [files[files.names[k]] for k in chosen]
    sheet = params.sheet
    grid = tuple(sheet["grid"])
    pairs = neighbour_pairs(grid, sheet["neighbourhood"], sheet["wrap"])
    groups = {"ais": np.eye(grid[0] * grid[1], dtype=bool), "ais_patch": patches(grid)}
    units, maps = [], []
    for path in input.networks:
        network = from_saved(read_network(path))
        size, _, channels = network.image_shape
        values = [network_input(p, size, [0] * 3, [1] * 3, params.framing) for p in pictures]
        shown = to_input(np.stack(values), channels)
        embedding = np.maximum(topographic_activations(network, shown), 0)
        told = [cohort, *(network.attributes[name] for name in ("condition", "lambda", "seed"))]
        scores = {}
        for name, group in groups.items():
            fit, scores[name] = leave_units_out(
                embedding, upper_triangle(judgments), group, params.fit, params.similarity
            )
        # For single units alone: neighbouring patches overlap, and are alike for that reason.
        smooth = float(morans_i(scores["ais"], pairs))
        p = morans_i_p(scores["ais"], pairs, params.permutations, network.attributes["seed"])
        maps.append([*told, len(chosen), fit, smooth, p])
        places = zip(*positions(grid).T.tolist(), *scores.values(), strict=True)
        units += [[*told, unit, *place] for unit, place in enumerate(places)]
    write_rows(output.units, UNIT_COLUMNS, units)
    write_rows(output.maps, MAP_COLUMNS, maps)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
