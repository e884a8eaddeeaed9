"""Gather what the explorer shows of one cohort and model."""

import numpy as np

from alignment.artifacts.arrays import open_arrays, read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns
from alignment.explorer import contents
from alignment.explorer.page import write_json
from alignment.importance.fold_scores import read_retained, read_scores


def main(input, output, wildcards):
    for path in (input.heatmaps, input.pair_ais, input.pairs, input.held_out):
        check_made_from(path, input)
    images = read_columns(input.cohort)["index"]
    judgments = read_arrays(input.similarity, "similarity")[np.ix_(images, images)]
    heatmap = read_arrays(input.heatmaps, "heatmap")
    ais, fit_full = read_arrays(input.image_ais, "ais", "fit_full")
    held_out, n_folds = read_arrays(input.held_out, "similarity", "n_folds")
    with open_arrays(input.pair_ais) as file:
        rsm = file["rsm"][()]
        scores = {name: file[name][()] for name in ("map", "ais", "images")}
    with open_arrays(input.pairs) as file:
        pairs = {name: file[name][()] for name in ("first", "second", "all_maps", "retained")}
    feature_maps = read_arrays(input.activations, "feature_maps")[images]
    fold_scores = read_scores(input.ais)
    retained = read_retained(input.retained, fold_scores.shape[1])

    cohort, model = wildcards.cohort, wildcards.model
    packs = {
        f"people/{cohort}": contents.people_pack(judgments),
        f"heatmaps/{cohort}/{model}": contents.heatmap_pack(heatmap, fit_full, ais, feature_maps),
        f"similarities/{cohort}/{model}": contents.similarity_pack(rsm, held_out, n_folds),
        f"arrangements/{cohort}/{model}": contents.arrangement_pack(judgments, rsm, held_out),
        f"pairs/{cohort}/{model}": contents.pair_pack(pairs, scores),
        f"folds/{cohort}/{model}": contents.fold_pack(fold_scores, retained, ais),
    }
    write_json(
        output.packs,
        {"cohort": cohort, "model": model, "images": images.tolist(), "packs": packs},
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards)
