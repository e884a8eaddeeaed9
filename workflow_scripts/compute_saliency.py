"""Compute or read the saliency maps of a dataset by one source."""

from alignment.artifacts.arrays import put_array, writing
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import made_from
from alignment.artifacts.picture_files import PictureFiles
from alignment.artifacts.saliency_files import put_maps
from alignment.datasets.picture_names import MAP_SUFFIXES, files_in
from alignment.datasets.saliency_maps import checked_map, find_maps, read_map
from alignment.planning.own_functions import call_function, load_function
from alignment.saliency.models import BOTTOM_UP, CENTRE, bottom_up_map, centred_gaussian


def maps_of(source, definition, images, pictures):
    """Yield the map of every picture by a source.

    Parameters
    ----------
    source : str
    definition : dict
        ``kind``, and ``folder`` or ``function`` where the source has one.
    images : list of str
    pictures : iterable of (height, width, 3) uint8 arrays
    """
    if "folder" in definition:
        folder = definition["folder"]
        yield from map(read_map, find_maps(folder, files_in(folder, MAP_SUFFIXES), images))
        return
    if "function" in definition:
        function = definition["function"]
        model = load_function(function, f"config: saliency: functions: {source}")
    for image, picture in zip(images, pictures, strict=True):
        if source == CENTRE:
            yield centred_gaussian(picture)
        elif source in BOTTOM_UP:
            yield bottom_up_map(picture, source)
        else:
            values = call_function(model, f"{function}, for the picture '{image}',", picture)
            yield checked_map(values, f"what {function} returns for the picture '{image}'")


def warn_of_other_shapes(maps, files):
    """Say once where a map is stretched: its model may have seen a padded or a cropped picture."""
    stretched = [
        f"'{image}' ({values.shape[1]} x {values.shape[0]} for {width} x {height})"
        for image, values, (width, height) in zip(files.names, maps, files.sizes, strict=True)
        # As long as one side, less its rounding, fits the other.
        if abs(values.shape[1] * height / width - values.shape[0]) > max(1, 0.02 * values.shape[0])
    ]
    if stretched:
        warn(
            f"{len(stretched)} saliency maps have not the proportions of their pictures and are "
            f"stretched over them, the first for {stretched[0]}."
        )


def main(input, output, params, wildcards):
    files = PictureFiles(input.pictures)
    maps = list(maps_of(wildcards.source, params.definition, files.names, files))
    warn_of_other_shapes(maps, files)
    for image, values in zip(files.names, maps, strict=True):
        if values.min() == values.max():
            warn(f"the saliency map of the image '{image}' is flat: it is compared with nothing.")
    made_by = {
        "source": wildcards.source,
        "dataset": wildcards.dataset,
        **params.definition,
        "made_from": made_from(pictures=input.pictures),
    }
    with writing(output.maps, made_by) as file:
        put_array(file, "images", files.names)
        put_maps(file, maps)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
