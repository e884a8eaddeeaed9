"""The names of pictures: which files they are, and which row of a table belongs to which."""

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.datasets.cell_text import composed

# Formats that Pillow reads; other files of a picture folder are passed over.
PICTURE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".dib", ".gif", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm", ".pgm"}
    | {".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"}
)
# Saliency maps, by the names of their pictures
MAP_SUFFIXES = frozenset({".npy", ".npz", ".png", ".tif", ".tiff"})
# What people keep beside such pictures, or instead, and Pillow does not read
UNREAD_SUFFIXES = frozenset(
    {".ai", ".arw", ".cr2", ".cr3", ".dng", ".emf", ".eps", ".exr", ".hdr", ".heic", ".heif"}
    | {".jxl", ".jxr", ".nef", ".orf", ".pdf", ".psd", ".raf", ".raw", ".rw2", ".svg", ".wmf"}
    | {".xcf"}
)
# A picture may have been converted after its name was noted.
_OF_PICTURES = PICTURE_SUFFIXES | UNREAD_SUFFIXES
_SHOWN = 5


def files_in(folder: str | Path, suffixes: Iterable[str]) -> list[str]:
    """Return the files of a folder with one of some suffixes, sorted; hidden files are left out.

    Where the folder holds none itself, they are those of the folders in it, such as one per class.
    """
    folder = Path(folder)
    return _with_suffix(folder.iterdir(), folder, suffixes) or files_below(folder, suffixes)


def files_below(folder: str | Path, suffixes: Iterable[str]) -> list[str]:
    """Return the files of the folders in a folder, as :func:`files_in` does."""
    below = (path for path in Path(folder).rglob("*") if path.parent != Path(folder))
    return _with_suffix(below, Path(folder), suffixes)


def of_unread_folders(folder: str | Path, files: Sequence[str]) -> str:
    """Return a warning where a folder holds pictures itself, and others lie in folders in it.

    Parameters
    ----------
    folder : path
    files : sequence of str
        The pictures that are read.
    """
    below = files_below(folder, PICTURE_SUFFIXES)
    if not below or below[0] in files:
        return ""
    return (
        f"{folder} holds pictures itself, so that {len(below)} in folders in it, such as "
        f"{below[0]}, are not read."
    )


def _with_suffix(paths, folder, suffixes):
    return sorted(
        str(path)
        for path in paths
        if path.suffix.lower() in suffixes
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def name_of(path: str | Path, folder: str | Path) -> str:
    """Return what a file is called: its path within a folder without extension, as in cats/1."""
    path = Path(path).relative_to(folder)
    return path.with_name(path.stem).as_posix()


def folder_labels(images: Sequence[str]) -> dict[str, list[str]]:
    """Return the label column ``folder`` of pictures that lie in folders, else none."""
    folders = [composed(name.rpartition("/")[0]) for name in images]
    return {"folder": folders} if any(folders) else {}


def refuse_unread(folder: str | Path) -> None:
    """Refuse a folder of pictures in which some would be passed over, or could not be opened.

    Raises
    ------
    InputError
        A file has a suffix of a kind of picture that is not read, is a link to nothing or a folder,
        or has a name that is no text, or that cannot be read in this locale.
    """
    if said := not_decoded(*files_in(folder, PICTURE_SUFFIXES)):
        raise InputError(said)
    # Files in subfolders count only where the pictures lie in subfolders too.
    files = map(Path, files_in(folder, PICTURE_SUFFIXES | UNREAD_SUFFIXES))
    if unread := [path.name for path in files if path.suffix.lower() in UNREAD_SUFFIXES]:
        are, them = ("is", "it") if len(unread) == 1 else ("are", "them")
        raise InputError(
            f"{listed(unread)} in {folder} {are} not read; convert {them} to PNG or JPEG, or move "
            f"{them} elsewhere."
        )
    for path in map(Path, files_in(folder, PICTURE_SUFFIXES)):
        if not path.exists():
            raise InputError(f"{path} is a link to nothing; mend it, or remove it.")
        if path.is_dir():
            raise InputError(f"{path} is a folder that is named like a picture; rename it.")
        if not str(path).isprintable():
            name = ascii(path.name)
            raise InputError(
                f"the name of {name} in {folder} holds bytes that are no letters; rename it."
            )


def not_decoded(*paths: str | Path) -> str | None:
    """Return a sentence where Python reads names of files in an encoding other than UTF-8.

    It does so where the locale says so, such as ``LC_ALL=de_DE.ISO-8859-1``.  Names in ASCII are
    read correctly all the same.
    """
    encoding = sys.getfilesystemencoding()
    if encoding.lower() in ("utf-8", "utf8") or all(str(path).isascii() for path in paths):
        return None
    return (
        f"names of files hold letters that are read wrongly, since the locale is not UTF-8 but "
        f"{encoding}: set PYTHONUTF8=1, or a locale such as LC_ALL=C.UTF-8."
    )


def pictures_in(paths: Sequence[str | Path]) -> list[str]:
    """Return picture files, where folders among them stand for the pictures that they hold."""
    found = []
    for path in paths:
        found += files_in(path, PICTURE_SUFFIXES) if Path(path).is_dir() else [str(path)]
    return found


def match_rows(
    names: Sequence[str],
    images: Sequence[str],
    path: str | Path,
    notes: list[str] | None = None,
) -> list[int]:
    """The row of each picture; the names may have or lack an extension on either side.

    Where the names are not the same letter for letter, other ways to write the same text are
    tried, and then upper and lower case, as long as each row has one picture.

    Parameters
    ----------
    names, images : sequences of str
    path : path
        The file of the rows, for the sentences.
    notes : list of str
        A sentence is added if the names were not the same letter for letter.

    Raises
    ------
    InputError
        If a name occurs twice, a picture has no row, or a row has no picture.
    """
    pictures = [without_suffix(image) for image in images]
    rows = [without_suffix(name) for name in names]
    for found, where in ((rows, path), (pictures, "the folder of pictures")):
        twice = [name for name, count in Counter(found).items() if count > 1]
        if twice:
            raise InputError(
                f"{where} has more than one {listed(twice)} (extensions do not count): "
                "each name must occur once."
            )
    for spelling, difference in _SPELLINGS:
        of_rows, of_pictures = ([spelling(name) for name in found] for found in (rows, pictures))
        if len(set(of_rows)) == len(rows) and sorted(of_rows) == sorted(of_pictures):
            position = {name: row for row, name in enumerate(of_rows)}
            matched = [position[name] for name in of_pictures]
            if difference and notes is not None:
                said = _spelled_otherwise(names, images, matched)
                notes.append(f"Names in {path} {said}: {difference}.")
            return matched
    # Names that match nothing, however they are spelt
    loose, _ = _SPELLINGS[-1]
    with_row, with_picture = set(map(loose, rows)), set(map(loose, pictures))
    without_row = [name for name in pictures if loose(name) not in with_row]
    without_picture = [name for name in rows if loose(name) not in with_picture]
    if not (without_row or without_picture):  # several differ in case alone
        without_row = [name for name in pictures if name not in rows]
        without_picture = [name for name in rows if name not in pictures]
    problems = [f"no row for {listed(without_row)}"] if without_row else []
    if without_picture:
        near = get_close_matches(without_picture[0], without_row, 1, 0.8)
        meant = f" (is {without_picture[0]} meant for {near[0]}?)" if near else ""
        problems.append(f"rows but no pictures for {listed(without_picture)}{meant}")
    remedy = ""
    if not without_row:
        remedy = "; leave these rows out, or keep their pictures and give a cohort a query"
    raise InputError(
        f"{path} has {' and '.join(problems)}: its {len(rows)} names must be those of the "
        f"{len(pictures)} pictures{remedy}."
    )


def _spelled_otherwise(names, images, matched):
    """Return the middle of a note: that names are spelled otherwise, with the first such name."""
    pairs = ((names[row], image) for row, image in zip(matched, images, strict=True))
    name, image = next(pair for pair in pairs if without_suffix(pair[0]) != without_suffix(pair[1]))
    return (
        "were matched to pictures whose names are spelled a little differently, such as "
        f"'{name}' to the picture '{image}'"
    )


def pictures_named(names: Iterable[str], images: Sequence[str]) -> dict[str, str]:
    """Return the picture that each of some names is of, without those that are of none.

    Names are compared in the ways of :func:`match_rows`, but with their extensions.  A looser way
    counts only for pictures that no name matches by a stricter one.

    Parameters
    ----------
    names, images : iterable and sequence of str

    Returns
    -------
    dict of str to str
    """
    found = {}
    names = list(dict.fromkeys(names))
    for spelling, _ in _SPELLINGS:
        left = set(images).difference(found.values())
        spelt = Counter(map(spelling, left))
        # A name that means several pictures, once letters are written alike, means none of them.
        of_one = {spelling(image): image for image in left if spelt[spelling(image)] == 1}
        here = {name: of_one.get(spelling(name)) for name in names if name not in found}
        found |= {name: image for name, image in here.items() if image is not None}
    return found


def same_text(name: str) -> str:
    """Return a name as it is written where letters are composed and blanks are plain.

    macOS writes letters and their accents apart, spreadsheets and web pages write other blanks and
    letters of full width.
    """
    return " ".join(unicodedata.normalize("NFKC", name.removeprefix("\ufeff")).split())


def file_key(name: str) -> str:
    """Return what macOS and Windows know a file by: case and the encoding of accents do not count.

    Names of one key are one file there, of which the last to be written is left.
    """
    return composed(composed(name).casefold())


# From strict to loose: how names may be spelt on both sides, and what is said of the difference.
_SPELLINGS = (
    (str, ""),
    (same_text, "some letters or blanks are other characters that look alike"),
    (lambda name: same_text(name).casefold(), "upper and lower case differ"),
)


def without_suffix(name: str) -> str:
    """Return what a picture is called, from its name with or without extension."""
    # Other suffixes stay: "chair.v1" and "chair.v2" are two pictures.
    suffix = Path(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in _OF_PICTURES else name


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
