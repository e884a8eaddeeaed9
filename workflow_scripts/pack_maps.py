"""Gather what the explorer shows of the feature maps of one model."""

from alignment.artifacts.arrays import read_arrays, read_attributes
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.explorer import contents
from alignment.explorer.page import write_json

FACTS = {
    "architecture": "architecture",
    "weights": "weights",
    "weights_sha256": "SHA-256 of the weights",
    "feature_maps_layer": "layer of the feature maps",
    "embedding_layer": "layer of the embedding",
    "input_size": "input, pixels a side",
    "framing": "framing of pictures",
    "torch_version": "torch",
    "torchvision_version": "torchvision",
    "numpy_version": "numpy",
}


def main(input, output, model):
    check_made_from(input.activations, input)
    attributes = read_attributes(input.activations)
    feature_maps = read_arrays(input.activations, "feature_maps")
    n_maps, height, width = feature_maps.shape[1:]
    facts = [[name, str(attributes[key])] for key, name in FACTS.items() if key in attributes]
    write_json(
        output.packs,
        {
            "model": model,
            "about": {
                "maps": n_maps,
                "height": height,
                "width": width,
                "pooled": bool(attributes["head"] == "pooled"),
                "facts": [["feature maps", f"{n_maps} of {height} × {width}"], *facts],
            },
            "packs": {f"maps/{model}": contents.map_pack(feature_maps)},
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards.model)
