"""Find the images of a cohort."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_columns
from alignment.datasets.labels import query_images


def main(input, output, params, cohort):
    table = read_columns(input.images, names={"image"})
    chosen = query_images(table, params.query, cohort)
    write_columns(output.cohort, index=chosen, image=table["image"][chosen])
    print(f"{len(chosen)} of {len(table['image'])} images")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
