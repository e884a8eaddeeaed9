"""Put what a dataset's results hold into one page, to be looked at in a browser."""

from pathlib import Path

from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns
from alignment.datasets.pictures import read_picture
from alignment.explorer import contents
from alignment.explorer.overview import numbers_of, overview
from alignment.explorer.page import read_json, write_page

CITATIONS = (
    "Truong, Pesenti & Hasson (2025). Explaining Human Comparisons Using Alignment-Importance "
    "Heatmaps. Computational Brain & Behavior 8, 421-441.",
    "The workflow that made this page: Alignment importance of feature maps (CITATION.cff).",
)


def read_saliency(paths, kinds):
    """Return the maps of every source, and what is said of it."""
    maps, about = {}, []
    for path in paths:
        with open_arrays(path) as file:
            source = file.attrs["source"]
            maps[source] = [file["maps"][name][()] for name in sorted(file["maps"], key=int)]
        kind = kinds[source]
        label = "centred Gaussian" if kind == "baseline" else source.replace("_", " ")
        about.append({"id": source, "label": label, "kind": kind})
    return maps, about


def main(input, output, params, dataset):
    index = read_columns(input.pictures)
    folder = Path(input.pictures).parent / "images"
    of_cohorts = [read_json(path) for path in input.cohorts]
    of_models = [read_json(path) for path in input.models]
    saliency, sources = read_saliency(input.saliency, params.saliency)

    contents.without_repetition(of_cohorts)
    packs = contents.picture_packs(
        read_picture(folder / f"{image}.png") for image in index["image"]
    )
    packs["saliency"] = contents.saliency_pack(saliency)
    for part in (*of_cohorts, *of_models):
        packs |= part["packs"]
    cohorts = {part["cohort"]: part["images"] for part in of_cohorts}
    models = {part["model"]: part["about"] for part in of_models}
    shown = overview(dataset, index, read_columns(input.labels), cohorts, models, params.labels)
    shown |= {
        "numbers": numbers_of(read_columns(input.summary), read_columns(input.ceiling), cohorts),
        "saliency": sources,
        "fit": params.fit,
        "framing": params.framing,
        "all_pairs": params.all_pairs,
        "methods": {"facts": params.facts, "citations": CITATIONS, "config": params.config},
    }
    size = write_page(output.page, output.data, shown, packs)
    print(
        f"{output.page}: {size / 1e6:.2f} MB, {len(list(Path(output.data).iterdir()))} files more"
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.dataset)
