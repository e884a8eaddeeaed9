"""Draw pictures with the top areas of heatmap and saliency map, for one cohort."""

from contextlib import ExitStack

from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.saliency_files import open_maps
from alignment.artifacts.tables import read_tables
from alignment.figures.charts import use_style
from alignment.figures.photographs import save_photographs
from alignment.figures.saliency import draw, risks_of
from alignment.saliency.models import CENTRE


def main(input, output, params, cohort):
    use_style(input.style)
    heatmaps = {}
    for path in input.heatmaps:
        check_made_from(path, input, {"cohort": cohort})
        saved = open_heatmaps(path, input.pictures)
        heatmaps[params.models[saved.model]] = saved
    risks = {
        (params.models[model], *of): risk
        for (model, *of), risk in risks_of(read_tables(input.tables)).items()
    }
    for path in input.maps:
        check_made_from(path, input)
    with ExitStack() as stack:
        opened = [stack.enter_context(open_maps(path, saved.images)) for path in input.maps]
        maps = {each.source: each for each in opened}
        # The same spot on every picture, unless there is nothing else to show.
        if len(maps) > 1:
            maps.pop(CENTRE, None)
        figure = draw(params.cohort, heatmaps, maps, risks, params.kinds, params.n_shown)
    save_photographs(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
