"""Find the images of a cohort and check that every fold has enough of them."""

from alignment.folds import check_cohort
from alignment.job_log import job_log
from alignment.labels import query_images
from alignment.storage import read_arrays
from alignment.tables import read_columns, write_columns


def main(input, output, params, cohort):
    table = read_columns(input.images)
    chosen = query_images(table, params.query, cohort)
    check_cohort(
        cohort, chosen, read_arrays(input.similarity, "similarity"), params.n_folds, params.unit
    )
    write_columns(output.cohort, index=chosen, image=table["image"][chosen])
    print(f"{len(chosen)} of {len(table['image'])} images")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
