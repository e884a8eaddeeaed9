"""Score every map for the comparisons of each single image of a cohort."""

from alignment.artifacts.arrays import (
    Arrays,
    open_arrays,
    read_arrays,
    read_attributes,
    write_arrays,
)
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import read_columns
from alignment.heads.opening import open_removals
from alignment.importance.direction import of_opposed


def main(input, output, params, wildcards, memory_mb):
    check_made_from(input.perturbation, input, params, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    table = read_columns(input.cohort)
    judgments = read_arrays(input.judgments, "similarity")
    with open_arrays(input.perturbation) as perturbation:
        removals = open_removals(
            Arrays(input.activations), perturbation, params.similarity, memory_mb
        )
        ais, fit_full = removals.image_scores(table["index"], judgments)
    warn(of_opposed(wildcards.cohort, wildcards.model, fit_full))
    write_arrays(
        output.image_ais,
        {"ais": ais, "fit_full": fit_full, "images": table["image"]},
        {
            **read_attributes(input.perturbation),
            "cohort": wildcards.cohort,
            "made_from": made_from(
                input.perturbation,
                input.judgments,
                judgments=input.judgments,
                cohort=input.cohort,
            ),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.wildcards,
            snakemake.resources.mem_mb,
        )
