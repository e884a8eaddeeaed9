"""Compute or read the saliency maps of a dataset by one source."""

from alignment.artifacts.arrays import put_array, writing
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import made_from
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.saliency_files import put_maps
from alignment.saliency.sources import maps_of, warnings_of


def main(input, output, params, wildcards):
    files = PictureFiles(input.pictures)
    maps = list(maps_of(wildcards.source, params.definition, files.names, files))
    for said in warnings_of(maps, files.names, files.sizes):
        warn(said)
    made_by = {
        "source": wildcards.source,
        "dataset": wildcards.dataset,
        **params.definition,
        "made_from": made_from(pictures=input.pictures),
    }
    with writing(output.maps, made_by) as file:
        put_array(file, "images", files.names)
        put_maps(file, maps)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
