"""Draw the whole story of topographic networks on one page."""

from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.recordings import read_activations
from alignment.artifacts.tables import read_columns, rows_where
from alignment.figures.charts import save, use_style
from alignment.figures.topography.overview import draw


def main(input, output, params):
    use_style(input.style)
    images, labels = read_arrays(input.images, "test_images", "test_labels")
    figure = draw(
        read_activations(input.activations),
        images,
        labels,
        params.grid,
        read_columns(input.summary),
        rows_where(read_columns(input.claims), dataset=params.dataset),
    )
    save(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
