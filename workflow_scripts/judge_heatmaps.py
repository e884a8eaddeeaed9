"""Keep and delete what heatmaps and their rivals point at, and see what is left of the fit."""

from collections import defaultdict
from contextlib import ExitStack

import numpy as np
import torch

from alignment.artifacts.arrays import Arrays, open_arrays, read_arrays
from alignment.artifacts.job_log import job_log, progress, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.saliency_files import open_maps
from alignment.artifacts.tables import read_columns, write_rows
from alignment.cutting.opening import cut_as_recorded
from alignment.datasets.pictures import network_input
from alignment.faithfulness.halves import halves
from alignment.faithfulness.judging import COLUMNS, Design, judge
from alignment.faithfulness.maps import AIS, CENTRED, SALIENCY, maps_of, with_centred
from alignment.heads.opening import open_removals
from alignment.heads.recorded import place_inputs
from alignment.heatmaps.heatmaps import of_flat
from alignment.heatmaps.kinds import Known, worth_of
from alignment.heatmaps.placement import enlarge, frame, picture_area
from alignment.heatmaps.rivals import others
from alignment.networks.devices import choose_device
from alignment.networks.networks import from_saved
from alignment.networks.running import embedder, pictures_at_a_time
from alignment.saliency.models import CENTRE


def worth_by_kind(input, params, memory_mb, activations, run, recorded, rows, choosing):
    """Return what each map, or each place, is worth for each image by the half that chooses."""
    n_images = len(activations["images"])
    of_dataset = np.full((n_images, n_images), np.nan)
    of_dataset[np.ix_(rows, rows)] = choosing
    with open_arrays(input.perturbation) as perturbation:
        removals = open_removals(activations, perturbation, params.similarity, memory_mb)
        ais, _ = removals.image_scores(rows, of_dataset)
    is_pooled = activations.attributes["head"] == "pooled"
    known = Known(*recorded, choosing, params.similarity, is_pooled, lambda: run)
    kinds = (kind for kind in params.kinds if kind not in CENTRED)
    return {AIS: ais, **{kind: worth_of(kind, known) for kind in kinds}}


def at_input_size(coarse, salient, size, side, framing):
    """Bring maps of the feature maps' and of the picture's resolution to the network's pixels."""
    place = picture_area(size, side, framing)
    maps = {name: enlarge(values, (side, side))[place] for name, values in coarse.items()}
    for source, values in salient.items():
        name = source if source == CENTRE else f"{SALIENCY}{source}"
        maps[name] = frame(values, size, side, framing)
    return place, maps


def pictures_of(input, params, images, network, feature_maps, worth, generator, flat):
    """Yield every picture as the network sees it, the part that shows it, and its maps.

    In which images a map is flat is noted in `flat`, a dict of lists.
    """
    files = PictureFiles(input.pictures)
    size = dict(zip(files.names, files.sizes, strict=True))
    partner = others(len(images), generator)
    side, framing = network.input_size, params.framing
    with ExitStack() as stack:
        opened = [stack.enter_context(open_maps(path, images)) for path in input.maps]
        for k, image in enumerate(images):
            coarse = maps_of(feature_maps, k, partner[k], worth, params.negative_scores, generator)
            salient = {maps.source: maps[k] for maps in opened}
            place, maps = at_input_size(coarse, salient, size[image], side, framing)
            if CENTRED.keys() & set(params.kinds):
                maps = with_centred(maps, maps[CENTRE])
            for name in (name for name, values in maps.items() if np.ptp(values) == 0):
                flat[name].append(image)
            picture = network_input(files[image], side, network.mean, network.std, framing)
            yield picture, place, maps


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.activations, input, params, wildcards)
    check_made_from(input.perturbation, input, params, wildcards)
    for path in input.maps:
        check_made_from(path, input)
    torch.set_num_threads(threads)
    device = choose_device(params.device)
    table = read_columns(input.cohort)
    images, rows = table["image"].tolist(), table["index"]
    judgments = read_arrays(input.judgments, "similarity")[np.ix_(rows, rows)]
    generator = np.random.default_rng(params.seed)
    parts = halves(judgments, images, generator)
    activations = Arrays(input.activations)
    network = from_saved(read_network(input.network))
    cuts = cut_as_recorded(network, activations.attributes)
    run, backbone = place_inputs(cuts.head, activations, rows, device), cuts.backbone.to(device)
    recorded = [activations[name][rows] for name in ("feature_maps", "embedding")]
    feature_maps, embedding = recorded
    worth = worth_by_kind(input, params, memory_mb, activations, run, recorded, rows, parts[0])
    flat = defaultdict(list)
    pictures = pictures_of(input, params, images, network, feature_maps, worth, generator, flat)
    batch_size = pictures_at_a_time(network.input_size, device)
    design = Design(params.shares, params.fills, params.similarity, batch_size)
    pictures = progress(pictures, "pictures judged", len(images))
    judged = judge(pictures, embedder(backbone, device), embedding, parts, design, generator)
    which = {"cohort": wildcards.cohort, "model": wildcards.model}
    found = (
        which | {"image": image} | row
        for image, own in zip(images, judged, strict=True)
        for row in own
    )
    write_rows(output.table, (*which, *COLUMNS), found)
    warn(*(of_flat(where, len(images), wildcards.cohort, name) for name, where in flat.items()))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.wildcards,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
