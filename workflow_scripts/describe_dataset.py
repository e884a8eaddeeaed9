"""Say in a few lines what was read: pictures, judgments, cohorts."""

import json
from pathlib import Path

from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns


def main(input, output, dataset):
    check_made_from(input.judgments, input)
    with open_arrays(input.judgments) as file:
        n_observers = len(file["observers"]) if "observers" in file else 0
        notes = json.loads(file.attrs["notes"])
        source = file.attrs["source"]
    labels = [name for name in read_columns(input.images) if name not in ("index", "image")]
    lines = [
        f"dataset {dataset}",
        f"pictures: {len(read_columns(input.images)['image'])}",
        f"labels: {', '.join(labels) or 'none'}",
        f"judgments: {source}",
        f"observers: {n_observers or 'not told apart'}",
        *notes,
    ]
    for path in input.cohorts:
        lines.append(f"cohort {Path(path).stem}: {len(read_columns(path)['image'])} pictures")
    Path(output.summary).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards.dataset)
