"""Say in a few lines what was read: pictures, judgments, cohorts."""

import json
from collections import defaultdict
from pathlib import Path

from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.job_log import WARNING, job_log, warn, warnings_in
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns
from alignment.datasets.picture_names import listed
from alignment.similarity.pairs import pairs_in_short


def of_the_same_images(cohorts):
    """Return the names of cohorts that compare the same images, group by group."""
    by_images = defaultdict(list)
    for name, images in cohorts.items():
        by_images[frozenset(images)].append(name)
    return [names for names in by_images.values() if len(names) > 1]


def main(input, output, params, dataset):
    check_made_from(input.judgments, input)
    with open_arrays(input.judgments) as file:
        n_observers = len(file["observers"]) if "observers" in file else 0
        people = list(file["observer_names"].asstr()) if "observer_names" in file else []
        notes = json.loads(file.attrs["notes"])
        source, options = file.attrs["source"], json.loads(file.attrs["options"])
        said = pairs_in_short(file["similarity"][()])
    labels = [name for name in read_columns(input.images) if name not in ("index", "image")]
    lines = [
        f"dataset {dataset}",
        f"pictures: {len(read_columns(input.images)['image'])}",
        f"labels: {', '.join(labels) or 'none'}",
        f"judgments: {source}, {options['kind']}, {said}",
        f"observers: {n_observers or 'not told apart'}"
        + (f" ({listed(people)})" if people else ""),
        *notes,
    ]
    cohorts = {Path(path).stem: read_columns(path)["image"] for path in input.cohorts}
    lines += [f"cohort {name}: {len(images)} pictures" for name, images in cohorts.items()]
    for same in of_the_same_images(cohorts):
        sentence = (
            f"the cohorts {' and '.join(same)} compare the same images: each counts in the "
            "corrections for many tests. Drop one of them."
        )
        warn(sentence)
        lines.append(f"{WARNING}{sentence}")
    # Warnings of judgments are among the notes already.
    lines += [line for line in warnings_in(params.logs) if line not in lines]
    Path(output.summary).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.dataset)
