"""Summarize the image scores of every cohort and model over maps and over images."""

from itertools import product

from alignment.comparison.distributions import describe
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.tables import write_rows


def main(input, output, params):
    cohorts = dict(zip(params.cohorts, input.cohorts, strict=True))
    judgments = dict(zip(params.cohorts, input.judgments, strict=True))
    networks = dict(zip(params.models, input.networks, strict=True))
    rows = []
    for (cohort, model), path in zip(
        product(params.cohorts, params.models), input.image_ais, strict=True
    ):
        check_made_from(
            path,
            {
                "cohort": cohorts[cohort],
                "judgments": judgments[cohort],
                "network": networks[model],
            },
        )
        for statistic, values in describe(read_arrays(path, "ais")).items():
            rows += [(cohort, model, statistic, k, value) for k, value in enumerate(values)]
    write_rows(output.distributions, ("cohort", "model", "statistic", "index", "value"), rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
