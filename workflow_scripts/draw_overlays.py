"""Draw the overlays of all images of a cohort at every threshold, and list them."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from alignment.artifacts.files import replacing
from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import write_columns
from alignment.heatmaps.overlays import draw_overlay

CHUNK = 8  # images that a process is handed at a time


def draw_image(saved, colours, indexes, image):
    """Write the overlays of one image, beside the index of each threshold."""
    picture, heatmap = saved.pictures[image], saved.of(image)
    for threshold, index in indexes.items():
        drawn = draw_overlay(picture, heatmap, saved.framing, threshold, colours)
        with replacing(index.with_name(f"{image}.png")) as partial_file:
            Image.fromarray(drawn).save(partial_file, format="PNG")


def main(input, output, params, wildcards, threads):
    check_made_from(input.heatmaps, input, {"cohort": wildcards.cohort, "model": wildcards.model})
    saved = open_heatmaps(input.heatmaps, input.pictures)
    indexes = dict(zip(params.thresholds, map(Path, output.indexes), strict=True))
    draw = partial(draw_image, saved, params.colours, indexes)
    # Threads would wait for one another's interpreter lock half of the time.
    with ProcessPoolExecutor(threads) as pool:
        for _ in pool.map(draw, saved.images, chunksize=CHUNK):
            pass
    for index in indexes.values():
        write_columns(index, image=saved.images, file=[f"{image}.png" for image in saved.images])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.wildcards,
            snakemake.threads,
        )
