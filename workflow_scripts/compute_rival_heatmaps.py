"""Make heatmaps of another kind than AIS, by all of a picture's judgments or by none."""

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, write_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns
from alignment.heatmaps.rivals import activation_map, judgment_weights, mean_map


def gradients(input, params, activations, rows, embedding, judgments):
    """Return the weights of Grad-CAM; only this kind waits for torch."""
    from alignment.cutting.opening import cut_as_recorded
    from alignment.heads.gradients import fit_gradients
    from alignment.heads.recorded import place_inputs
    from alignment.networks.devices import choose_device
    from alignment.networks.networks import from_saved

    device = choose_device(params.device)
    network = from_saved(read_network(input.network))
    head = cut_as_recorded(network, activations.attributes).head
    head, maps, beside = place_inputs(head, activations, rows, device)
    return fit_gradients(head, maps, embedding, judgments, params.similarity, beside)


def main(input, output, params, wildcards):
    check_made_from(input.activations, input, params, {"model": wildcards.model})
    activations, table = Arrays(input.activations), read_columns(input.cohort)
    rows, images = table["index"], table["image"]
    feature_maps, embedding = (activations[name][rows] for name in ("feature_maps", "embedding"))
    judgments = read_arrays(input.judgments, "similarity")[np.ix_(rows, rows)]
    if wildcards.kind == "mean":
        heatmaps = np.stack([mean_map(maps) for maps in feature_maps])
    else:
        if wildcards.kind == "cam":
            pooled = feature_maps.mean(axis=(2, 3), dtype=np.float64)
            weights = judgment_weights(pooled, judgments, params.similarity)
        else:
            weights = gradients(input, params, activations, rows, embedding, judgments)
        heatmaps = np.stack(
            [activation_map(maps, own) for maps, own in zip(feature_maps, weights, strict=True)]
        )
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
