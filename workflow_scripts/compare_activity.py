"""Relate the scores of each image's maps to how many of their units are active."""

from alignment.importance.activity import COLUMNS, active_units, compare_activity
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.arrays import open_arrays, read_arrays
from alignment.artifacts.tables import read_columns, write_rows


def main(input, output, params):
    rows = read_columns(input.cohort)["index"]
    table = []
    for model, scores, activations in zip(
        params.models, input.image_ais, input.activations, strict=True
    ):
        check_made_from(
            scores,
            {"activations": activations, "cohort": input.cohort, "pictures": input.pictures},
        )
        ais, images = read_arrays(scores, "ais", "images")
        with open_arrays(activations) as file:
            for image, row, values in zip(images, rows, ais, strict=True):
                units = active_units(file["feature_maps"][row])
                table.append({"image": image, "model": model, **compare_activity(values, units)})
    write_rows(output.activity, COLUMNS, table)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
