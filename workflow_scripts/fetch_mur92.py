"""Download the default dataset, or take a local copy, and unpack its two files."""

from pathlib import Path

from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.datasets.mur92 import extract, find_archive


def main(output, params):
    extract(find_archive(cache_folder(), params.archive), Path(output.pictures).parent)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.output, snakemake.params)
