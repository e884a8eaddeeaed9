"""Draw a grid of one cohort's pictures and their heatmaps by every model."""

from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.figures.charts import use_style
from alignment.figures.heatmaps import draw
from alignment.figures.photographs import save_photographs


def main(input, output, params, cohort):
    use_style(input.style)
    heatmaps = {}
    for path in input.heatmaps:
        check_made_from(path, input, {"cohort": cohort})
        saved = open_heatmaps(path, input.pictures)
        heatmaps[params.models[saved.model]] = saved
    figure = draw(params.cohort, heatmaps, params.thresholds, params.colours, params.n_shown)
    save_photographs(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
