"""Find the images of a cohort and check that every fold has enough of them."""

from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns, write_columns
from alignment.datasets.labels import query_images
from alignment.importance.folds import check_cohort

# Test images below which the fit of a fold is high by chance alone
FEW = 8


def main(input, output, params, cohort):
    check_made_from(input.judgments, input)
    table = read_columns(input.images, names={"image"})
    chosen = query_images(table, params.query, cohort)
    check_cohort(
        cohort, chosen, read_arrays(input.judgments, "similarity"), params.n_folds, params.unit
    )
    n_test = len(chosen) // params.n_folds
    if params.unit == "images" and n_test < FEW:
        n_pairs = n_test * (n_test - 1) // 2
        warn(
            f"a fold of the cohort '{cohort}' is tested on {n_test} images, {n_pairs} pairs: "
            f"where there is nothing to find, R2 is {1 / (n_pairs - 1):.2f} on average."
        )
    write_columns(output.cohort, index=chosen, image=table["image"][chosen])
    print(f"{len(chosen)} of {len(table['image'])} images")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
