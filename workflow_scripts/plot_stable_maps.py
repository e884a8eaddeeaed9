"""Draw the images of a cohort that excite the most stable maps most."""

import numpy as np

from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.tables import read_columns
from alignment.comparison.stability import most_exciting, stable_maps
from alignment.figures.charts import use_style
from alignment.figures.photographs import save_photographs
from alignment.figures.stable_maps import N_MAPS, N_PICTURES, describe, draw, title_of


def main(input, output, params, wildcards):
    check_made_from(input.activations, input, {"model": wildcards.model})
    use_style(input.style)
    table, cohort = read_columns(input.maps), read_columns(input.cohort)
    pictures, images = PictureFiles(input.pictures), cohort["image"]
    best = stable_maps(table, params.share)[:N_MAPS]
    n_folds = params.folds["n_seeds"] * params.folds["n_folds"]
    where = f"{params.cohort}, {params.model}"
    title = title_of(where, len(images), n_folds, table["share_retained"], params.share)
    with open_arrays(input.activations) as file:
        framing = file.attrs["framing"]
        ascending = np.sort(best)
        chosen = file["feature_maps"][:, ascending][cohort["index"]] if len(best) else None
    names, shown, excited = [], [], []
    for f in best:
        activity = chosen[:, np.searchsorted(ascending, f)]
        top = most_exciting(activity, N_PICTURES)
        names.append(describe(table, f))
        shown.append([pictures[images[i]] for i in top])
        excited.append(activity[top])
        print(f"map {f}: {', '.join(images[i] for i in top)}")
    print(title)
    save_photographs(draw(title, names, shown, excited, framing), output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
