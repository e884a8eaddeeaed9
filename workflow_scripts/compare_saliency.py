"""Compare the heatmaps of a cohort and model with every source's saliency maps."""

from contextlib import ExitStack

from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.saliency_files import open_maps
from alignment.artifacts.tables import write_rows
from alignment.datasets.saliency_maps import of_fixations_outside, read_fixations
from alignment.saliency.comparison import (
    COLUMNS,
    compare_all_pairs,
    compare_image,
    permutation_test,
)
from alignment.saliency.models import CENTRE

WHICH = ("cohort", "model")
TEST_COLUMNS = (*WHICH, "source", "measure", "n_images", "null", "null_low", "null_high", "p")


def main(input, output, wildcards):
    which = {"cohort": wildcards.cohort, "model": wildcards.model}
    check_made_from(input.heatmaps, input, which)
    for path in input.maps:
        check_made_from(path, input)
    saved = open_heatmaps(input.heatmaps, input.pictures)
    with ExitStack() as stack:
        opened = [stack.enter_context(open_maps(path, saved.images)) for path in input.maps]
        maps = {each.source: each for each in opened}
        rows, tests = compare(saved, maps, input.fixations)
    write_rows(output.table, (*WHICH, *COLUMNS), [which | row for row in rows])
    write_rows(output.tests, TEST_COLUMNS, [which | test for test in tests])


def compare(saved, maps, fixation_files):
    """Return a row per image and source, and a test per source and measure."""
    size = dict(zip(saved.pictures.names, saved.pictures.sizes, strict=True))
    sizes = [size[image] for image in saved.images]
    fixations = {}
    for path in fixation_files:
        fixations = read_fixations(path, saved.pictures.names)
        warn(of_fixations_outside(path, fixations, size))
    rows = []
    for k, image in enumerate(saved.images):
        own = {source: values[k] for source, values in maps.items()}
        compared = compare_image(
            saved.heatmap[k], own, sizes[k], saved.framing, fixations.get(image)
        )
        rows += [{"image": image, **row} for row in compared]
    tests = []
    for source, values in maps.items():
        if source == CENTRE:
            continue  # the same map for every picture
        compared = compare_all_pairs(saved.heatmap, values, sizes, saved.framing)
        for measure, pairs in compared.items():
            tests.append(
                {"source": source, "measure": measure, "n_images": len(pairs)}
                | permutation_test(measure, pairs)
            )
    return rows, tests


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards)
