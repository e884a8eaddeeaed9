"""Decide which claims of the paper's versions hold in the networks trained here."""

from collections import Counter

from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.tables import read_columns, write_rows
from alignment.datasets.digits import N_CLASSES
from alignment.topography.claims import COLUMNS, decide, of_chance
from alignment.topography.comparisons import SEEDS_FOR_TEST


def main(input, output, params):
    rows = []
    for (dataset, source), path in zip(params.sources.items(), input.measures, strict=True):
        table = read_columns(path)
        rows += decide(dataset, source, table, N_CLASSES)
        warn(of_chance(dataset, table, N_CLASSES))
    write_rows(output.claims, COLUMNS, rows)
    print(dict(Counter(row["verdict"] for row in rows)))
    if params.n_seeds < SEEDS_FOR_TEST:
        warn(
            f"config: topography: seeds: {params.n_seeds} seeds give intervals only; "
            f"tests need at least {SEEDS_FOR_TEST}."
        )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
