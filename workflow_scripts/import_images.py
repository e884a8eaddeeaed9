"""Check every picture and write it as PNG, with an index of what was read."""

from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.picture_files import of_repeated, write_index, write_pictures
from alignment.datasets.picture_names import of_unread_folders, pictures_in
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
    warn(of_unread_folders(params.folder, files))
    rows = write_pictures(output.pictures, names, map(read, files))
    warn(*of_repeated({row["image"]: row["sha256"] for row in rows}))
    write_index(output.index, rows)
    print(f"{len(names)} pictures")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
