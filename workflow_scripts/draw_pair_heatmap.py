"""Draw which places of two pictures make the network find them alike."""

import matplotlib.pyplot as plt
import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import replacing
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.tables import read_columns
from alignment.figures.charts import use_style
from alignment.figures.pair_heatmap import SHARES, draw
from alignment.planning.pair_names import named_pair


def main(input, output, params, wildcards):
    cohort, model = wildcards.cohort, wildcards.model
    check_made_from(input.pairs, input, {"cohort": cohort, "model": model})
    pairs = Arrays(input.pairs)
    images = pairs["images"].tolist()
    found = named_pair(wildcards.pair, images, f"the cohort '{cohort}'")
    ordered = zip(pairs["first"].tolist(), pairs["second"].tolist(), strict=True)
    listed = {pair: k for k, pair in enumerate(ordered)}
    entries = [listed.get(found), listed.get(found[::-1])]
    if None in entries:
        raise InputError(
            f"'{wildcards.pair}' is not among the pairs of the cohort '{cohort}' that have "
            "heatmaps, each image with its nearest; list more by the keys all_pairs and "
            "nearest of the section heatmaps in the config."
        )
    use_style(input.style)
    pictures = PictureFiles(input.pictures)
    rows = read_columns(input.cohort)["index"][list(found)]
    judged = read_arrays(input.judgments, "similarity")[tuple(rows)]
    names = [images[i] for i in found]
    people = f"{judged:.2f}" if np.isfinite(judged) else "not judged"
    figure = draw(
        f"{params.cohort}, {params.model}; similarity judged by people: {people}",
        names,
        [pictures[name] for name in names],
        [{kind: pairs[kind][entry].astype(float) for kind in SHARES} for entry in entries],
        pairs.attributes["framing"],
    )
    with replacing(output.heatmap) as partial:
        figure.savefig(partial, format="png")
    plt.close(figure)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
