"""Put what a dataset's results hold into one page, to be looked at in a browser."""

from contextlib import ExitStack
from pathlib import Path

from alignment.artifacts.job_log import job_log
from alignment.artifacts.page_files import read_json, write_page
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.saliency_files import open_maps
from alignment.artifacts.tables import read_columns
from alignment.explorer.contents import picture_packs, saliency_pack, without_repetition
from alignment.explorer.overview import (
    controls_of,
    numbers_of,
    overview,
    rows_of,
    sources_of,
)
from alignment.explorer.page import page_of
from alignment.prediction.controls import LABELS


def main(input, output, params, dataset):
    pictures = PictureFiles(input.pictures)
    cohorts = [read_json(path) for path in input.cohorts]
    models = [read_json(path) for path in input.models]
    without_repetition(cohorts)
    packs = picture_packs(pictures)
    with ExitStack() as stack:
        maps = [stack.enter_context(open_maps(path, pictures.names)) for path in input.maps]
        packs["saliency"] = saliency_pack({values.source: values for values in maps})
    for part in (*cohorts, *models):
        packs |= part["packs"]
    members = {part["cohort"]: part["images"] for part in cohorts}
    contents = overview(
        dataset,
        read_columns(input.pictures),
        read_columns(input.labels, names={"image"}),
        members,
        {part["model"]: part["about"] for part in models},
        params.labels,
    )
    contents |= {
        "numbers": numbers_of(
            read_columns(input.summary), read_columns(input.ceiling), members, params.folds
        ),
        "controls": [
            row for path in input.tests for row in controls_of(read_columns(path), LABELS, members)
        ],
        "influence": [
            row for path in input.influence for row in rows_of(read_columns(path), members)
        ],
        "label_tests": [
            row for path in input.label_tests for row in rows_of(read_columns(path), members)
        ],
        "saliency": sources_of(packs["saliency"], params.kinds),
        "methods": {
            "facts": params.facts,
            "citations": params.citations,
            "config": params.config,
        },
        **params.settings,
    }
    data = Path(output.data).relative_to(Path(output.page).parent).as_posix()
    page, scripts = page_of(contents, packs, data)
    write_page(output.page, page, output.data, scripts)
    print(f"{output.page}: {len(page) / 1e6:.2f} MB, {len(scripts)} files beside it")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.dataset)
