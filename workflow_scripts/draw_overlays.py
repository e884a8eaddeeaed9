"""Draw the overlays of all images of a cohort at one threshold, and list them."""

from pathlib import Path

from PIL import Image

from alignment.artifacts.files import replacing
from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import write_columns
from alignment.heatmaps.overlays import draw_overlay


def main(input, output, params, wildcards):
    check_made_from(input.heatmaps, input, {"cohort": wildcards.cohort, "model": wildcards.model})
    saved = open_heatmaps(input.heatmaps, input.pictures)
    look = saved.framing, wildcards.threshold, params.colours
    files = [f"{image}.png" for image in saved.images]
    for image, heatmap, file in zip(saved.images, saved.heatmap, files, strict=True):
        drawn = draw_overlay(saved.pictures[image], heatmap, *look)
        with replacing(Path(output.index).with_name(file)) as partial:
            Image.fromarray(drawn).save(partial, format="PNG")
    write_columns(output.index, image=saved.images, file=files)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
