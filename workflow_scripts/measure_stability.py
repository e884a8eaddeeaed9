"""Compare scores and retained sets between the folds of one cohort and model."""

from alignment.artifacts.arrays import Arrays, open_arrays, read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_tables, write_columns
from alignment.comparison.stability import compare_fold_pairs, compare_halves, describe_maps
from alignment.heads.opening import open_removals
from alignment.importance.fold_ais import retained_of_folds, scores_of_folds
from alignment.importance.folds import Folds


def main(input, output, params, wildcards, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.perturbation, input, params, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    folds, scores = scores_of_folds(read_tables(input.ais))
    retained = retained_of_folds(read_tables(input.retained), folds, scores.shape[1])
    which = {"cohort": wildcards.cohort, "model": wildcards.model}
    write_columns(output.maps, **which, **describe_maps(scores, retained))
    seeds, numbers = folds.T
    pairs = compare_fold_pairs(scores, retained, seeds)
    first, second = pairs.pop("first"), pairs.pop("second")
    sizes = retained.sum(axis=1)
    write_columns(
        output.fold_pairs,
        **which,
        seed_a=seeds[first],
        fold_a=numbers[first],
        seed_b=seeds[second],
        fold_b=numbers[second],
        n_retained_a=sizes[first],
        n_retained_b=sizes[second],
        **pairs,
    )
    with open_arrays(input.perturbation) as perturbation:
        halves = compare_halves(
            Folds(**Arrays(input.folds)).images,
            read_arrays(input.judgments, "similarity"),
            open_removals(
                Arrays(input.activations),
                perturbation,
                *(params.similarity, memory_mb, params.device),
            ),
            round(sizes.mean()),
            params.unit,
            params.fit,
        )
    write_columns(output.halves, **which, **halves)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.wildcards,
            snakemake.resources.mem_mb,
        )
