"""Names of pictures that an array holds as bytes."""

import numpy as np

from alignment.artifacts.errors import InputError


def as_text(array: np.ndarray, where: str) -> np.ndarray:
    """Return an array of text as str; bytes are read as UTF-8.

    Parameters
    ----------
    array : array of str or bytes
    where : str
        What holds it, for the message.

    Raises
    ------
    InputError
        Bytes are no UTF-8.
    """
    if array.dtype.kind != "S":
        return array.astype(np.str_)
    try:
        return np.char.decode(array, "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where} holds the bytes {error.object!r}, which are no text in UTF-8: save the names "
            "as text (str), or encoded in UTF-8."
        ) from error
