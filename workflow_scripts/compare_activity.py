"""Relate the scores of each image's maps to how many of their units are active."""

from alignment.artifacts.arrays import Arrays, open_arrays, read_attributes
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns, write_rows
from alignment.importance.activity import COLUMNS, active_units, compare_activity


def main(input, output, cohort):
    rows = read_columns(input.cohort)["index"]
    activations = {read_attributes(path)["model"]: path for path in input.activations}
    table = []
    for path in input.image_ais:
        scores = Arrays(path)
        model = scores.attributes["model"]
        own = {"activations": activations[model], "cohort": input.cohort}
        check_made_from(path, own, {"cohort": cohort})
        with open_arrays(activations[model]) as file:
            for image, row, ais in zip(scores["images"], rows, scores["ais"], strict=True):
                units = active_units(file["feature_maps"][row])
                which = {"cohort": cohort, "image": image, "model": model}
                table.append(which | compare_activity(ais, units))
    write_rows(output.activity, COLUMNS, table)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards.cohort)
