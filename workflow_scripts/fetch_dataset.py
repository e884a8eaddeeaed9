"""Download a published dataset, or take a local copy, and write it as users have theirs."""

import numpy as np

from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.files import replacing
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.picture_files import write_pictures
from alignment.artifacts.tables import write_columns
from alignment.datasets.archives import find_archive
from alignment.datasets.published import source_named


def main(output, params, wildcards):
    source = source_named(params.source)
    key = f"datasets: {wildcards.dataset}: archive"
    dataset = source.read(find_archive(source.ARCHIVE, cache_folder(), params.archive, key=key))
    write_pictures(output.pictures, dataset.names, dataset.pictures)
    write_columns(output.labels, image=dataset.names, **dataset.labels)
    with replacing(output.judgments) as partial, open(partial, "wb") as file:
        np.savez_compressed(
            file, dissimilarities=dataset.dissimilarities, names=np.array(dataset.names)
        )


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.output, snakemake.params, snakemake.wildcards)
