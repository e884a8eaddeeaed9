"""Put what a dataset's results hold into one page, to be looked at in a browser."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, read_attributes
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.page_files import write_page
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.saliency_files import open_maps
from alignment.artifacts.tables import read_columns, read_tables
from alignment.explorer.contents import (
    cohort_packs,
    map_pack,
    picture_packs,
    rival_pack,
    saliency_pack,
    without_repetition,
)
from alignment.explorer.overview import (
    controls_of,
    facts_of,
    numbers_of,
    overview,
    rows_of,
    sources_of,
)
from alignment.explorer.page import page_of
from alignment.importance.fold_ais import retained_of_folds, scores_of_folds
from alignment.prediction.controls import LABELS

# What was made for each cohort and model: one file, or as many for each
ALONE = ("image_ais", "heatmaps", "pair_ais", "pairs", "held_out")
SEVERAL = ("rivals", "ais", "retained")


def gather_cohorts(input, params):
    """Return what the page shows of every cohort and model."""
    n = len(params.cohorts) * len(params.models)
    parts = []
    for number in progress(range(n), "cohorts and models"):
        c, m = divmod(number, len(params.models))
        own = {"judgments": input.judgments, "cohort": input.cohorts[c]}
        own["activations"] = input.activations[m]
        own |= {name: input.get(name)[number] for name in ALONE}
        for name in SEVERAL:
            share = len(input.get(name)) // n
            own[name] = input.get(name)[number * share : (number + 1) * share]
        parts.append(gather_cohort(own, params.cohorts[c], params.models[m], params.rivals))
    without_repetition(parts)
    return parts


def gather_cohort(files, cohort, model, kinds):
    """Return what the page shows of one cohort and model, from files by what they hold."""
    rivals = {f"{model}@{kind}": path for kind, path in zip(kinds, files["rivals"], strict=True)}
    for name in ALONE:
        check_made_from(files[name], files, {"cohort": cohort, "model": model})
    for maker, path in rivals.items():
        check_made_from(path, files, {"cohort": cohort, "model": maker})
    images = read_columns(files["cohort"])["index"]
    folds, scores = scores_of_folds(read_tables(files["ais"]))
    packs = cohort_packs(
        cohort,
        model,
        judgments=read_arrays(files["judgments"], "similarity")[np.ix_(images, images)],
        feature_maps=read_arrays(files["activations"], "feature_maps")[images],
        image_ais=Arrays(files["image_ais"]),
        heatmap=read_arrays(files["heatmaps"], "heatmap"),
        pair_ais=Arrays(files["pair_ais"]),
        pairs=Arrays(files["pairs"]),
        held_out=Arrays(files["held_out"]),
        scores=scores,
        retained=retained_of_folds(read_tables(files["retained"]), folds, scores.shape[1]),
    )
    for maker, path in rivals.items():
        packs[f"heatmaps/{cohort}/{maker}"] = rival_pack(read_arrays(path, "heatmap"))
    return {"cohort": cohort, "model": model, "images": images.tolist(), "packs": packs}


def gather_model(path):
    """Return what the page says of a network, and shows of its feature maps."""
    attributes = read_attributes(path)
    feature_maps = read_arrays(path, "feature_maps")
    n_maps, height, width = feature_maps.shape[1:]
    about = {
        **{"maps": n_maps, "height": height, "width": width},
        "pooled": bool(attributes["head"] == "pooled"),
        "facts": facts_of(attributes),
    }
    return about, map_pack(feature_maps)


def main(input, output, params, dataset):
    cohorts = gather_cohorts(input, params)
    pictures = PictureFiles(input.pictures)
    packs = picture_packs(pictures)
    with ExitStack() as stack:
        maps = [stack.enter_context(open_maps(path, pictures.names)) for path in input.maps]
        packs["saliency"] = saliency_pack({values.source: values for values in maps})
    for part in cohorts:
        packs |= part["packs"]
    about = {}
    for model, path in zip(params.models, input.activations, strict=True):
        about[model], packs[f"maps/{model}"] = gather_model(path)
    members = {part["cohort"]: part["images"] for part in cohorts}
    contents = overview(
        dataset,
        read_columns(input.pictures),
        read_columns(input.labels, names={"image"}),
        members,
        about,
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
