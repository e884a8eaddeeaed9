"""Summarize the image scores of every cohort and model over maps and over images."""

from itertools import product

from alignment.distributions import describe
from alignment.job_log import job_log
from alignment.storage import read_arrays
from alignment.tables import write_rows


def main(input, output, params):
    rows = []
    for (cohort, model), path in zip(
        product(params.cohorts, params.models), input.image_ais, strict=True
    ):
        for statistic, values in describe(read_arrays(path, "ais")).items():
            rows += [(cohort, model, statistic, k, value) for k, value in enumerate(values)]
    write_rows(output.distributions, ("cohort", "model", "statistic", "index", "value"), rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
