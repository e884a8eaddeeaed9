"""Summarize the image AIS of every cohort and model over maps and over images."""

from pathlib import Path

from alignment.artifacts.arrays import Arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import write_rows
from alignment.comparison.distributions import describe


def main(input, output):
    cohorts = {Path(path).stem: path for path in input.cohorts}
    networks = {Path(path).stem: path for path in input.networks}
    rows = []
    for path in input.image_ais:
        scores = Arrays(path)
        cohort, model = scores.attributes["cohort"], scores.attributes["model"]
        check_made_from(path, {"cohort": cohorts[cohort], "network": networks[model]})
        for statistic, values in describe(scores["ais"]).items():
            rows += [(cohort, model, statistic, k, value) for k, value in enumerate(values)]
    write_rows(output.distributions, ("cohort", "model", "statistic", "index", "value"), rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
