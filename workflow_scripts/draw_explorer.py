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


def gather(input, params):
    """Return what the page says of the models, shows of their maps, and of each in each cohort."""
    judgments = read_arrays(input.judgments, "similarity")
    about, maps, parts = {}, {}, []
    for m, (model, path) in enumerate(zip(params.models, input.activations, strict=True)):
        # Read once for all cohorts: they are the largest of all that is read.
        feature_maps = read_arrays(path, "feature_maps")
        about[model] = about_model(read_attributes(path), feature_maps.shape[1:])
        maps[f"maps/{model}"] = map_pack(feature_maps)
        for c, cohort in enumerate(progress(params.cohorts, f"cohorts by {model}")):
            files = {"judgments": input.judgments, "activations": path, "cohort": input.cohorts[c]}
            number = c * len(params.models) + m
            files |= {name: input.get(name)[number] for name in ALONE}
            for name in SEVERAL:
                share = len(input.get(name)) // (len(params.cohorts) * len(params.models))
                files[name] = input.get(name)[number * share : (number + 1) * share]
            rivals = dict(zip(params.rivals, files["rivals"], strict=True))
            parts.append(gather_cohort(files, cohort, model, rivals, judgments, feature_maps))
    without_repetition(parts)
    return about, maps, parts


def about_model(attributes, shape):
    """Return what the page says of a network and its (maps, height, width)."""
    n_maps, height, width = shape
    return {
        **{"maps": n_maps, "height": height, "width": width},
        "pooled": bool(attributes["head"] == "pooled"),
        "facts": facts_of(attributes),
    }


def gather_cohort(files, cohort, model, rivals, judgments, feature_maps):
    """Return what the page shows of one cohort and model, from files by what they hold."""
    for name in ALONE:
        check_made_from(files[name], files, {"cohort": cohort, "model": model})
    for kind, path in rivals.items():
        check_made_from(path, files, {"cohort": cohort, "model": f"{model}@{kind}"})
    images = read_columns(files["cohort"])["index"]
    folds, scores = scores_of_folds(read_tables(files["ais"]))
    packs = cohort_packs(
        cohort,
        model,
        judgments=judgments[np.ix_(images, images)],
        feature_maps=feature_maps[images],
        image_ais=Arrays(files["image_ais"]),
        heatmap=read_arrays(files["heatmaps"], "heatmap"),
        pair_ais=Arrays(files["pair_ais"]),
        pairs=Arrays(files["pairs"]),
        held_out=Arrays(files["held_out"]),
        scores=scores,
        retained=retained_of_folds(read_tables(files["retained"]), folds, scores.shape[1]),
    )
    for kind, path in rivals.items():
        packs[f"heatmaps/{cohort}/{model}@{kind}"] = rival_pack(read_arrays(path, "heatmap"))
    return {"cohort": cohort, "model": model, "images": images.tolist(), "packs": packs}


def main(input, output, params, dataset):
    about, maps_of_models, cohorts = gather(input, params)
    pictures = PictureFiles(input.pictures)
    packs = picture_packs(pictures) | maps_of_models
    with ExitStack() as stack:
        maps = [stack.enter_context(open_maps(path, pictures.names)) for path in input.maps]
        packs["saliency"] = saliency_pack({values.source: values for values in maps})
    for part in cohorts:
        packs |= part["packs"]
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
