"""Check every picture and write it as PNG, with an index of what was read."""

from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.picture_files import repeated, write_index, write_pictures
from alignment.datasets.picture_names import PICTURE_SUFFIXES, files_below, pictures_in
from alignment.datasets.pictures import name_pictures, read_picture


def read(file):
    """Return a picture, and say what a person should know of it."""
    notes = []
    picture = read_picture(file, notes)
    for note in notes:
        warn(note)
    return picture


def main(input, output, params):
    files = pictures_in(input.pictures)
    names = name_pictures(files, params.folder)
    below = files_below(params.folder, PICTURE_SUFFIXES)
    if below and below[0] not in files:
        warn(
            f"{params.folder} holds pictures itself, so that {len(below)} in folders in it, such "
            f"as {below[0]}, are not read."
        )
    rows = write_pictures(output.pictures, names, map(read, files))
    for same in repeated(rows):
        warn(
            f"{' and '.join(same)} are the same picture: a fold may be tested on one and trained "
            "on the other. Keep one of them."
        )
    write_index(output.index, rows)
    print(f"{len(names)} pictures")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
