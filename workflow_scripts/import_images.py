"""Check every picture and write it as PNG, with an index of what was read."""

from pathlib import Path

from PIL import Image

from alignment.artifacts.job_log import job_log
from alignment.datasets.mur92 import read_stimuli
from alignment.datasets.pictures import digest, name_pictures, read_picture
from alignment.artifacts.tables import write_columns


def read_dataset(sources, source):
    """Return the names of a dataset's pictures and the pictures themselves."""
    if source == "mur92":
        names, pictures, _ = read_stimuli(sources[0])
        return names, pictures
    return name_pictures(sources), [read_picture(path) for path in sources]


def main(input, output, params):
    names, pictures = read_dataset(input.sources, params.source)
    folder = Path(output.pictures)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in zip(names, pictures, strict=True):
        Image.fromarray(picture).save(folder / f"{name}.png")
    write_columns(
        output.index,
        index=range(len(names)),
        image=names,
        width=[picture.shape[1] for picture in pictures],
        height=[picture.shape[0] for picture in pictures],
        sha256=[digest(picture) for picture in pictures],
    )
    print(f"{len(names)} pictures")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
