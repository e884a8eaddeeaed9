"""Draw a figure from tables alone, by the module of alignment.figures that the rule names."""

from importlib import import_module

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_tables
from alignment.figures.charts import labelled, save, use_style

NO_TABLES = ("style", "code")


def main(input, output, params):
    use_style(input.style)
    figure = import_module(f"alignment.figures.{params.figure}")
    labels = params.get("labels", {})
    tables = {
        name: labelled(read_tables([paths] if isinstance(paths, str) else paths), labels)
        for name, paths in input.items()
        if name not in NO_TABLES
    }
    save(figure.draw(**tables, **params.settings), output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
