"""Measure the units of every network of a dataset, and gather all its measures in one table."""

from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.recordings import read_recording
from alignment.artifacts.tables import read_columns, write_rows
from alignment.topography.measures import COLUMNS, UNIT_COLUMNS, measure, unit_profiles
from alignment.topography.sheet import grid_distances, neighbour_pairs


def main(input, output, params):
    sheet = params.sheet
    distances = grid_distances(sheet["grid"], sheet["wrap"])
    pairs = neighbour_pairs(sheet["grid"], sheet["neighbourhood"], sheet["wrap"])
    rows, units = [], []
    for path in input.robustness:
        table = read_columns(path)
        rows += zip(*(table[name].tolist() for name in COLUMNS), strict=True)
    for path in progress(input.activations, "networks"):
        network, recorded = read_recording(path)
        rows += [[*network, *row] for row in measure(recorded, distances, pairs)]
        profiles = unit_profiles(recorded)
        columns = (profiles[name].tolist() for name in UNIT_COLUMNS[3:])
        units += [[*network, *values] for values in zip(*columns, strict=True)]
    write_rows(output.measures, COLUMNS, rows)
    write_rows(output.units, UNIT_COLUMNS, units)


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output, snakemake.params)
