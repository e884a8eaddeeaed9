"""Download images to train networks on, or take local files, and keep them as arrays."""

from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.job_log import job_log, usage_noted
from alignment.datasets.digit_sources import read_source, take


def main(output, chosen, dataset):
    key = f"topography: datasets: {dataset}"
    arrays, origin = read_source(
        chosen["source"],
        cache_folder(),
        key=key,
        archive=chosen.get("archive"),
        folder=chosen.get("folder"),
    )
    arrays = take(arrays, {part: chosen.get(f"n_{part}") for part in ("train", "test")}, key)
    write_arrays(output.images, arrays, {"dataset": dataset, "origin": origin})
    for name, array in arrays.items():
        print(f"{name}: {' x '.join(map(str, array.shape))}")


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.output, snakemake.params.dataset, snakemake.wildcards.dataset)
