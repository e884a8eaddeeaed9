"""Gather what the explorer shows of the feature maps of one model."""

from alignment.artifacts.arrays import read_arrays, read_attributes
from alignment.artifacts.job_log import job_log
from alignment.artifacts.page_files import write_json
from alignment.explorer.contents import map_pack
from alignment.explorer.overview import facts_of


def main(input, output, model):
    attributes = read_attributes(input.activations)
    feature_maps = read_arrays(input.activations, "feature_maps")
    n_maps, height, width = feature_maps.shape[1:]
    write_json(
        output.packs,
        {
            "model": model,
            "about": {
                **{"maps": n_maps, "height": height, "width": width},
                "pooled": bool(attributes["head"] == "pooled"),
                "facts": facts_of(attributes),
            },
            "packs": {f"maps/{model}": map_pack(feature_maps)},
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards.model)
