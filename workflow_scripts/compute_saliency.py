"""Compute or read the saliency maps of a dataset by one source."""

from alignment.artifacts.arrays import put_array, writing
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import made_from
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.saliency_files import open_maps, put_maps
from alignment.saliency.sources import maps_of, warnings_of


def main(input, output, params, wildcards):
    files = PictureFiles(input.pictures)
    made_by = {
        "source": wildcards.source,
        "dataset": wildcards.dataset,
        **params.definition,
        "made_from": made_from(pictures=input.pictures),
    }
    with writing(output.maps, made_by) as file:
        put_array(file, "images", files.names)
        # One at a time: all of them at the size of the pictures would not fit into memory.
        put_maps(file, maps_of(wildcards.source, params.definition, files.names, files))
    with open_maps(output.maps, files.names) as maps:
        warn(*warnings_of(wildcards.source, maps, files.names, files.sizes))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
