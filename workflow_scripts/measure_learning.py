"""Learn from random parts of a study, and predict pictures outside them."""

from functools import partial

from alignment.artifacts.arrays import Arrays, open_arrays
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns, write_rows
from alignment.heads.opening import open_head, open_removals
from alignment.prediction.learning import COLUMNS, draw_studies, measure
from alignment.similarity.pairs import pair_images, upper_triangle


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.perturbation, input, params, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    with open_arrays(input.judgments) as file:
        human = file["similarity"][()]
        observers = file["observers"][()] if "observers" in file else None
    if observers is not None:
        observers = observers[:, *pair_images(len(human))]
    activations, similarity = Arrays(input.activations), upper_triangle(human)
    head = open_head(
        activations,
        partial(read_network, input.network),
        *(params.similarity, params.device, threads, memory_mb),
    )
    studies = list(
        draw_studies(
            read_columns(input.cohort)["index"],
            0 if observers is None else len(observers),
            *(params.pictures, params.observers, params.draws, params.n_folds),
        )
    )
    which = {"cohort": wildcards.cohort, "model": wildcards.model}
    with open_arrays(input.perturbation) as perturbation:
        removals = open_removals(
            activations, perturbation, params.similarity, memory_mb, params.device
        )
        rows = [
            which | measure(study, head, removals, similarity, observers, params.fit)
            for study in progress(studies, "studies drawn")
        ]
    write_rows(output.table, (*which, *COLUMNS), rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.wildcards,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
