"""The names of pictures: which files they are, and which row of a table belongs to which."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from alignment.artifacts.errors import InputError

# Formats that Pillow reads; other files of a picture folder are passed over.
PICTURE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm", ".pgm"}
    | {".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"}
)
# Saliency maps, by the names of their pictures
MAP_SUFFIXES = frozenset({".npy", ".npz", ".png", ".tif", ".tiff"})
# A picture may have been converted after its name was noted.
_NAMED_SUFFIXES = PICTURE_SUFFIXES | {".heic", ".heif"}
_SHOWN = 5


def files_in(folder: str | Path, suffixes: Iterable[str]) -> list[str]:
    """Return the files of a folder with one of some suffixes, sorted; hidden files are left out."""
    return sorted(
        str(path)
        for path in Path(folder).iterdir()
        if path.suffix.lower() in suffixes and not path.name.startswith(".")
    )


def pictures_in(paths: Sequence[str | Path]) -> list[str]:
    """Return picture files, where folders among them stand for the pictures that they hold."""
    found = []
    for path in paths:
        found += files_in(path, PICTURE_SUFFIXES) if Path(path).is_dir() else [str(path)]
    return found


def match_rows(names: Sequence[str], images: Sequence[str], path: str | Path) -> list[int]:
    """The row of each picture; the names may have or lack an extension on either side.

    Raises
    ------
    InputError
        If a name occurs twice, a picture has no row, or a row has no picture.
    """
    pictures = [_bare(image) for image in images]
    rows = [_bare(name) for name in names]
    for found, where in ((rows, path), (pictures, "the folder of pictures")):
        twice = [name for name, count in Counter(found).items() if count > 1]
        if twice:
            raise InputError(
                f"{where} has more than one {_listed(twice)} (extensions do not count): "
                "each name must occur once."
            )
    without_row = [name for name in pictures if name not in set(rows)]
    without_picture = [name for name in rows if name not in set(pictures)]
    if without_row or without_picture:
        problems = [f"no row for {_listed(without_row)}"] if without_row else []
        if without_picture:
            problems.append(f"rows but no pictures for {_listed(without_picture)}")
        raise InputError(
            f"{path} has {' and '.join(problems)}: its {len(rows)} names must be those of the "
            f"{len(pictures)} pictures."
        )
    position = {name: row for row, name in enumerate(rows)}
    return [position[name] for name in pictures]


def _bare(name: str) -> str:
    # Other suffixes stay: "chair.v1" and "chair.v2" are two pictures.
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in _NAMED_SUFFIXES else name


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
