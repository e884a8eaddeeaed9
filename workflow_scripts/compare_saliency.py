"""Compare the heatmaps of a cohort and model with every source's saliency maps."""

from contextlib import ExitStack

from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.saliency.comparison import (
    COLUMNS,
    compare_all_pairs,
    compare_image,
    permutation_test,
)
from alignment.saliency.models import CENTRE
from alignment.datasets.saliency_maps import read_fixations
from alignment.artifacts.arrays import open_arrays, read_arrays, read_attributes
from alignment.artifacts.tables import read_columns, write_rows

TEST_COLUMNS = ("source", "measure", "n_images", "null", "null_low", "null_high", "p")


class SavedMaps:
    """The saliency maps of some images, in their order, each read when it is asked for."""

    def __init__(self, file, images):
        row = {image: k for k, image in enumerate(file["images"].asstr()[()])}
        self._arrays = [file[f"maps/{row[image]:06}"] for image in images]

    def __len__(self):
        return len(self._arrays)

    def __getitem__(self, k):
        return self._arrays[k][()]


def main(input, output, params):
    for path in (input.heatmaps, *input.maps):
        check_made_from(path, input)
    with ExitStack() as stack:
        files = [stack.enter_context(open_arrays(path)) for path in input.maps]
        compare(dict(zip(params.sources, files, strict=True)), input, output)


def compare(files, input, output):
    heatmaps, images = read_arrays(input.heatmaps, "heatmap", "images")
    framing = read_attributes(input.heatmaps)["framing"]
    index = read_columns(input.pictures)
    size = dict(zip(index["image"], zip(index["width"], index["height"], strict=True), strict=True))
    sizes = [tuple(map(int, size[image])) for image in images]
    maps = {source: SavedMaps(file, images) for source, file in files.items()}
    fixations = {}
    for path in input.fixations:
        fixations = read_fixations(path, index["image"])
    rows = []
    for k, image in enumerate(images):
        own = {source: values[k] for source, values in maps.items()}
        compared = compare_image(heatmaps[k], own, sizes[k], framing, fixations.get(image))
        rows += [{"image": image, **row} for row in compared]
    write_rows(output.table, COLUMNS, rows)
    tests = []
    for source, values in maps.items():
        if source == CENTRE:
            continue  # the same map for every picture
        for measure, pairs in compare_all_pairs(heatmaps, values, sizes, framing).items():
            tests.append(
                {"source": source, "measure": measure, "n_images": len(pairs)}
                | permutation_test(measure, pairs)
            )
    write_rows(output.tests, TEST_COLUMNS, tests)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
