"""Make heatmaps of another kind than AIS, by all of a picture's judgments or by none."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, write_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns
from alignment.heatmaps.kinds import Known, heatmaps_by


def head_of(network, attributes, device):
    """Return the part of a network that some kinds run; only these wait for torch."""
    from alignment.heads.running import check_places_alone
    from alignment.networks.cuts import cut
    from alignment.networks.devices import choose_device
    from alignment.networks.networks import from_saved

    check_places_alone(attributes)
    layers = (attributes[f"{name}_layer"] for name in ("feature_maps", "embedding"))
    return cut(from_saved(read_network(network)), *layers).head.to(choose_device(device))


def main(input, output, params, wildcards):
    check_made_from(input.activations, input, params, {"model": wildcards.model})
    activations, table = Arrays(input.activations), read_columns(input.cohort)
    rows, images = table["index"], table["image"]
    recorded = [activations[name][rows] for name in ("feature_maps", "embedding")]
    judgments = read_arrays(input.judgments, "similarity")[np.ix_(rows, rows)]
    known = Known(
        *recorded,
        judgments,
        params.similarity,
        is_pooled=activations.attributes["head"] == "pooled",
        open_head=partial(head_of, input.network, activations.attributes, params.device),
    )
    heatmaps = heatmaps_by(wildcards.kind, known, params.negative_scores)
    for image, values in zip(images, heatmaps, strict=True):
        if not values.any():
            warn(f"nothing speaks for any place of the image '{image}': its heatmap is empty.")
    which = {"cohort": wildcards.cohort, "model": f"{wildcards.model}@{wildcards.kind}"}
    parents = {"judgments": input.judgments, "activations": input.activations}
    write_arrays(
        output.heatmaps,
        {"heatmap": heatmaps, "images": images},
        {
            **activations.attributes,
            **which,
            "kind": wildcards.kind,
            "similarity": params.similarity,
            "made_from": made_from(
                input.activations, input.judgments, **parents, cohort=input.cohort
            ),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
