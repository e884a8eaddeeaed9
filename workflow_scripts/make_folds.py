"""Cut a cohort into folds, once for all stages: which fold tests which image, or pair.

Whether every fold has enough of them is checked here and not where the cohort is defined, so that
another choice of folds reruns nothing that does not use folds.
"""

from alignment.artifacts.arrays import read_arrays, write_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import read_columns
from alignment.importance.folds import (
    check_cohort,
    make_folds,
    of_equal_judgments,
    of_few_pairs,
)


def main(input, output, params, cohort):
    check_made_from(input.judgments, input)
    judgments = read_arrays(input.judgments, "similarity")
    images, n_folds, unit = read_columns(input.cohort)["index"], params.n_folds, params.unit
    check_cohort(cohort, images, judgments, n_folds, unit)
    folds = make_folds(images, judgments, params.seeds, n_folds, unit, cohort=cohort)
    warn(
        of_few_pairs(cohort, folds, judgments),
        of_equal_judgments(cohort, folds, judgments),
    )
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
