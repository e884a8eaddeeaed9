"""Compare AIS with each rival, paired over the images of every cohort and model."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.faithfulness.summary import MEAN_COLUMNS, TEST_COLUMNS, means, tests
from alignment.statistics.holm import with_holm

WHICH = ("cohort", "model")


def main(input, output):
    summary, compared = [], []
    for (cohort, model), table in groups_of(read_tables(input.tables), *WHICH).items():
        which = {"cohort": cohort, "model": model}
        summary += [which | row for row in means(table)]
        compared += [which | row for row in tests(table)]
    write_rows(output.summary, (*WHICH, *MEAN_COLUMNS), summary)
    write_rows(output.tests, (*WHICH, *TEST_COLUMNS, "p_holm"), with_holm(compared))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
