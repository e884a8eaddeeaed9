"""Draw the overlay of one image alone."""

from difflib import get_close_matches

from alignment.artifacts.errors import InputError
from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.picture_files import write_overlay
from alignment.heatmaps.overlays import draw_overlay


def main(input, output, params, wildcards):
    check_made_from(input.heatmaps, input, {"cohort": wildcards.cohort, "model": wildcards.model})
    saved, image = open_heatmaps(input.heatmaps, input.pictures), wildcards.image
    if image not in saved.images:
        raise InputError(
            f"there is no image '{image}' among the {len(saved.images)} of the cohort; "
            f"nearest are {', '.join(get_close_matches(image, saved.images, cutoff=0))}."
        )
    drawn = draw_overlay(
        saved.pictures[image], saved.of(image), saved.framing, wildcards.threshold, params.colours
    )
    write_overlay(output.overlay, drawn)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
