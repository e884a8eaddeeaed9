"""Make heatmaps of another kind than AIS, by all of a picture's judgments or by none."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, write_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns
from alignment.heatmaps.heatmaps import of_empty
from alignment.heatmaps.kinds import Known, heatmaps_by


def open_head(input, activations, rows, device):
    """Return what some kinds run; only these wait for torch."""
    from alignment.cutting.opening import cut_as_recorded
    from alignment.heads.recorded import place_inputs
    from alignment.networks.devices import choose_device
    from alignment.networks.networks import from_saved

    network = from_saved(read_network(input.network))
    head = cut_as_recorded(network, activations.attributes).head
    return place_inputs(head, activations, rows, choose_device(device))


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
        open_head=partial(open_head, input, activations, rows, params.device),
    )
    heatmaps = heatmaps_by(wildcards.kind, known, params.negative_scores)
    which = {"cohort": wildcards.cohort, "model": f"{wildcards.model}@{wildcards.kind}"}
    warn(of_empty(heatmaps, images, *which.values(), "nothing speaks for any place"))
    parents = {"judgments": input.judgments, "activations": input.activations}
    write_arrays(
        output.heatmaps,
        {"heatmap": heatmaps, "images": images},
        {
            **activations.attributes,
            **which,
            "kind": wildcards.kind,
            "similarity": params.similarity,
            "negative_scores": params.negative_scores,
            "made_from": made_from(
                input.activations, input.judgments, **parents, cohort=input.cohort
            ),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
