"""Draw the overlays of all images of a cohort at every threshold, and list them."""

from functools import partial
from pathlib import Path

from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.picture_files import write_overlay
from alignment.artifacts.processes import in_processes, shares
from alignment.artifacts.tables import write_columns
from alignment.heatmaps.overlays import draw_overlay


def draw_images(saved, colours, indexes, numbers):
    """Write the overlays of the images of some numbers, beside the index of each threshold."""
    for image in (saved.images[k] for k in numbers):
        picture, heatmap = saved.pictures[image], saved.of(image)
        for threshold, index in indexes.items():
            drawn = draw_overlay(picture, heatmap, saved.framing, threshold, colours)
            write_overlay(index.parent / f"{image}.png", drawn)


def remove_others(folder, images):
    """Remove the overlays of images that the cohort no longer has."""
    wanted = {folder / f"{image}.png" for image in images}
    for overlay in set(folder.rglob("*.png")) - wanted:
        overlay.unlink()


def main(input, output, params, wildcards, threads):
    check_made_from(input.heatmaps, input, {"cohort": wildcards.cohort, "model": wildcards.model})
    saved = open_heatmaps(input.heatmaps, input.pictures)
    indexes = dict(zip(params.thresholds, map(Path, output.indexes), strict=True))
    draw = partial(draw_images, saved, params.colours, indexes)
    in_processes(draw, shares(len(saved.images), threads))
    for index in indexes.values():
        remove_others(index.parent, saved.images)
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
