"""Find the images of a cohort and check that every fold has enough of them."""

from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns, write_columns
from alignment.datasets.labels import query_images
from alignment.importance.folds import check_cohort, of_few_images


def main(input, output, params, cohort):
    check_made_from(input.judgments, input)
    table = read_columns(input.images, names={"image"})
    chosen = query_images(table, params.query, cohort)
    check_cohort(
        cohort, chosen, read_arrays(input.judgments, "similarity"), params.n_folds, params.unit
    )
    if said := of_few_images(cohort, len(chosen), params.n_folds, params.unit):
        warn(said)
    write_columns(output.cohort, index=chosen, image=table["image"][chosen])
    print(f"{len(chosen)} of {len(table['image'])} images")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
