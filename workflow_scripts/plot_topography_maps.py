"""Draw the sheets of single networks side by side: responses to images, and preferred classes."""

from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.recordings import read_activations
from alignment.artifacts.tables import read_columns
from alignment.figures.charts import save, use_style
from alignment.figures.topography.maps import draw


def main(input, output, params):
    use_style(input.style)
    images, labels = read_arrays(input.images, "test_images", "test_labels")
    units = read_columns(input.units)
    figure = draw(read_activations(input.activations), units, images, labels, params.grid)
    save(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
