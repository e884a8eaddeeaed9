"""Draw the overlays of all images of a cohort at one threshold, and list them."""

from pathlib import Path

from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.heatmaps.overlays import draw_overlay, open_heatmaps
from alignment.artifacts.tables import write_columns


def main(input, output, params, threshold):
    check_made_from(input.heatmaps, input)
    heatmaps = open_heatmaps(input.heatmaps, input.pictures)
    folder = Path(output.index).parent
    for image in heatmaps.images:
        draw_overlay(heatmaps, image, threshold, params.colours, folder / f"{image}.png")
    write_columns(
        output.index, image=heatmaps.images, file=[f"{image}.png" for image in heatmaps.images]
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.threshold)
