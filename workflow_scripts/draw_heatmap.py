"""Draw the overlay of one image alone."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.heatmaps.overlays import draw_overlay, open_heatmaps


def main(input, output, params, wildcards):
    check_made_from(input.heatmaps, input)
    heatmaps = open_heatmaps(input.heatmaps, input.pictures)
    draw_overlay(heatmaps, wildcards.image, wildcards.threshold, params.colours, output.overlay)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
