"""Pictures: reading them, and bringing them to a network's input."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import file_key, name_of

NEARLY_BLACK = 5  # mean of 0 to 255
FRAMINGS = ("stretch", "crop", "pad")
# A tag of TIFF, and what it says of grey that is white where it is zero
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0


def read_picture(path: str | Path, notes: list[str] | None = None) -> np.ndarray:
    """Read a picture of any format that Pillow knows.

    The orientation that a camera noted is applied, transparency is laid on white, grey becomes
    RGB, and of an animation the first frame is taken.  Grey of 16 bits or more is scaled by the
    range that it seems to have.

    Parameters
    ----------
    path : path
    notes : list of str
        Sentences are added that a person should see: a range that was guessed, a picture without
        content.

    Returns
    -------
    (height, width, 3) uint8 array

    Raises
    ------
    InputError
        The file is not a picture, is truncated, holds layers or values that are no brightness.
    """
    notes = [] if notes is None else notes
    try:
        with Image.open(path) as image:
            picture = _as_rgb(image, path, notes)
    except Image.DecompressionBombError as error:
        raise InputError(
            f"the picture {path} has more than {2 * Image.MAX_IMAGE_PIXELS / 1e6:.0f} megapixels; "
            "make it smaller: networks see a few hundred pixels a side."
        ) from error
    except MemoryError:
        raise  # which says nothing of the file
    except Exception as error:  # of damaged files, Pillow raises what its parsers meet
        raise InputError(
            f"the picture {path} cannot be read ({str(error) or 'it is damaged'}); "
            "replace it by a whole file in a format that Pillow reads, such as PNG or JPEG."
        ) from error
    if (picture == picture[0, 0]).all():
        notes.append(f"the picture {path} has one colour throughout.")
    elif picture.mean() < NEARLY_BLACK:
        notes.append(
            f"the picture {path} is nearly black: its mean is {picture.mean():.1f} of 255."
        )
    return picture


def _as_rgb(image, path, notes):
    if image.format == "TIFF" and (n_layers := _n_of_its_size(image)) > 1:
        raise ValueError(f"it holds {n_layers} pages or layers")
    is_deep = any(";16" in str(tile[-1]) for tile in image.tile)
    image.load()
    is_grey = image.mode.startswith(("I", "F"))
    if is_deep and not is_grey:
        _refuse_low(image)
        if isinstance(clear := image.info.get("transparency"), tuple):
            # Of the colours, too, Pillow keeps the upper 8 bits alone
            image.info["transparency"] = tuple(value >> 8 for value in clear)
    # Pillow inverts grey of 8 bits, and no other
    is_inverted = image.format == "TIFF" and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    image = ImageOps.exif_transpose(image)
    if is_grey:
        return _from_deep_grey(image, path, notes, is_inverted)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("RGB"))


def _refuse_low(image):
    """Refuse colours of 16 bits that hold 12 bits or fewer: Pillow keeps the upper 8 alone."""
    if np.asarray(image.convert("RGB")).max() < 16:
        raise ValueError(
            "it has 16 bits a channel, of which the upper 4 are empty: save it with 8 bits each"
        )


def _n_of_its_size(image):
    """Count the pages of a TIFF that are as large as the first: smaller ones are thumbnails."""
    sizes = [page.size for page in ImageSequence.Iterator(image)]
    image.seek(0)
    return sizes.count(sizes[0])


def _from_deep_grey(image, path, notes, is_inverted):
    # Pillow's own conversion of 16-bit grey clips at 255 and gives a white picture.
    values = np.asarray(image, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("it holds values that are no numbers, or infinite")
    if values.min() < 0:
        raise ValueError(f"it holds negative values, down to {values.min():g}")
    is_clear = values == image.info.get("transparency", np.nan)
    highest = values[~is_clear].max(initial=0)
    if image.mode == "F" and highest <= 1:
        top = 1
    else:
        # Cameras and microscopes keep 8, 12 or 16 bits in files of 16.
        top = next((top for top in (255, 4095, 65535) if highest <= top), highest)
        if image.mode.startswith("I;16") and top < 65535:
            notes.append(
                f"the picture {path} has 16 bits and no value above {highest:g}: it was read as "
                f"grey from 0 to {top}."
            )
    shares = np.clip(values / top, 0, 1)
    if is_inverted:
        shares = 1 - shares
    shares[is_clear] = 1
    grey = np.rint(shares * 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def name_pictures(paths: Sequence[str | Path], folder: str | Path) -> list[str]:
    """Return the names of a folder's pictures: their paths within it, without extension.

    Raises
    ------
    InputError
        Two files would have the same name, or names that some disks do not tell apart, or there
        are fewer than 3.
    """
    by_name, of_key = defaultdict(list), {}
    for path in paths:
        by_name[name_of(path, folder)].append(Path(path).name)
    for name, files in by_name.items():
        if len(files) > 1:
            raise InputError(
                f"the pictures {' and '.join(files)} in {folder} share the name '{name}'; "
                "names without extension must differ, so rename or remove one."
            )
        if (other := of_key.setdefault(file_key(name), name)) != name:
            raise InputError(
                f"the pictures '{other}' and '{name}' in {folder} differ only in upper and lower "
                "case or the encoding of accents, so that they would have the same files on macOS "
                "and Windows; rename one."
            )
    if len(paths) < 3:
        raise InputError(f"a dataset needs at least 3 pictures, but there are {len(paths)}.")
    return list(by_name)


def network_input(
    picture: np.ndarray,
    size: int,
    mean: Sequence[float],
    std: Sequence[float],
    framing: str = "stretch",
) -> np.ndarray:
    """Prepare a picture for a network.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    size : int
        Side of the network's square input in pixels.
    mean, std : sequences of 3 floats
        Of the RGB channels in [0, 1], those that the weights were made for.
    framing : {"stretch", "crop", "pad"}
        How a picture that is not square is brought to a square: the whole picture stretched, its
        central square, or the whole picture on a square of the mean colour.

    Returns
    -------
    (3, size, size) float32 array

    Notes
    -----
    Section 1 of the method: a plain bilinear antialiased resize, as torchvision's on a PIL image.
    """
    image = Image.fromarray(picture)
    width, height = image.size
    if framing == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    elif framing == "pad":
        side = max(width, height)
        square = Image.new("RGB", (side, side), tuple(round(255 * channel) for channel in mean))
        square.paste(image, ((side - width) // 2, (side - height) // 2))
        image = square
    elif framing != "stretch":
        raise ValueError(f"framing {framing!r} is not one of {', '.join(FRAMINGS)}")
    image = image.resize((size, size), Image.Resampling.BILINEAR)
    values = np.asarray(image, dtype=np.float32) / 255
    values = (values - np.asarray(mean, np.float32)) / np.asarray(std, np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1))
