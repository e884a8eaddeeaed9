"""Cut a cohort into folds, once for all stages: which fold tests which image, or pair."""

from alignment.artifacts.arrays import read_arrays, write_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import made_from
from alignment.artifacts.tables import read_columns
from alignment.importance.folds import make_folds, of_equal_judgments


def main(input, output, params, cohort):
    judgments = read_arrays(input.judgments, "similarity")
    folds = make_folds(
        read_columns(input.cohort)["index"],
        judgments,
        params.seeds,
        params.n_folds,
        params.unit,
        cohort=cohort,
    )
    if said := of_equal_judgments(cohort, folds, judgments):
        warn(said)
    write_arrays(
        output.folds,
        vars(folds),
        {
            "cohort": cohort,
            "n_folds": folds.n_folds,
            "made_from": made_from(input.judgments, judgments=input.judgments, cohort=input.cohort),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
