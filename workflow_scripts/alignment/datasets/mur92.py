"""The default dataset: 92 photographs and how 16 observers judged them.

The pictures are those of Kriegeskorte et al. (2008, Neuron 60:1126), the judgments those of Mur et
al. (2013, Front. Psychol. 4:128).  Both ship inside the source distribution of rsatoolbox 0.0.4.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import replacing
from alignment.datasets.published import PublishedDataset

ARCHIVE = "rsatoolbox-0.0.4.tar.gz"
ARCHIVE_SHA256 = "84153fa4c686c95f3e83f2cb668b97b82b53dc2a565856db80aa5f8c96d09359"
PICTURES = "Kriegeskorte_Neuron2008_supplementalData.mat"
JUDGMENTS = "92_behavRDMs.mat"
FOLDER = "rsatoolbox-0.0.4/demos/92imageData"
LABELS = ("category", "human", "face", "animal", "natural")
LARGEST_MEMBER = 200e6  # bytes; the two files hold 8 and 2 million
BY_HAND = (
    "on a machine that is online, run 'pip download --no-deps --no-binary rsatoolbox "
    "rsatoolbox==0.0.4', copy rsatoolbox-0.0.4.tar.gz here, and name it in the config under "
    "datasets: <name>: archive."
)


def read(archive: str | Path) -> PublishedDataset:
    """Read the dataset from its archive, from which nothing else is taken.

    Returns
    -------
    PublishedDataset
        92 pictures of 175 x 175 pixels, named such as ``01-human-bodypart`` in the order of the
        judgments; dissimilarities (16, 92, 92); the labels ``category`` and, as 0 or 1, ``human``,
        ``face``, ``animal`` and ``natural``.

    Raises
    ------
    InputError
        A file is missing from the archive or is not a plain file of a plausible size.
    """
    with tempfile.TemporaryDirectory() as folder:
        extract(archive, folder)
        names, pictures, labels = read_stimuli(Path(folder) / PICTURES)
        return PublishedDataset(names, pictures, read_observers(Path(folder) / JUDGMENTS), labels)


def download(folder: Path) -> None:
    """Download the source distribution with pip, which refuses another checksum.

    The checksum stands in the requirement itself: pip runs a source distribution's own build code
    to read its metadata, and must not do so for a file that is not the one we know.
    """
    requirement = Path(folder) / "requirement.txt"
    requirement.write_text(f"rsatoolbox==0.0.4 --hash=sha256:{ARCHIVE_SHA256}\n")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-binary", "rsatoolbox", "--require-hashes"]
    command += ["--requirement", str(requirement), "--dest", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, flush=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise OSError(f"pip: {lines[-1]}")


def extract(archive: Path, folder: Path) -> None:
    """Take the two files of the dataset out of the archive, and nothing else.

    Members are read as streams and written under fixed names, so that no path in the archive is
    ever followed.

    Raises
    ------
    InputError
        A file is missing from the archive or is not a plain file of a plausible size.
    """
    with tarfile.open(archive, "r:gz") as tar:
        wanted = {f"{FOLDER}/{name}": name for name in (PICTURES, JUDGMENTS)}
        for member in tar:
            name = wanted.get(member.name)
            if name is None or not member.isfile() or member.size > LARGEST_MEMBER:
                continue
            with replacing(Path(folder) / name) as partial:
                partial.write_bytes(tar.extractfile(member).read())
            del wanted[member.name]
            if not wanted:
                return
    raise InputError(f"{archive} does not hold {' and '.join(wanted)}; {BY_HAND}")


def read_stimuli(
    path: str | Path,
) -> tuple[list[str], list[np.ndarray], dict[str, list]]:
    """Read the pictures and their labels.

    Parameters
    ----------
    path : path
        The file named by `PICTURES`.

    Returns
    -------
    names : list of 92 str
        Such as ``01-human-bodypart``, in the order of the judgments.
    pictures : list of (175, 175, 3) uint8 arrays
    labels : dict of str to list
        ``category`` and the 0/1 labels ``human, face, animal, natural``.
    """
    stimuli = _load(path)["stimuli_92objs"]
    names = [f"{k:02d}-{s.category.replace(' ', '-')}" for k, s in enumerate(stimuli, start=1)]
    labels = {label: [getattr(s, label) for s in stimuli] for label in LABELS}
    return names, [np.asarray(s.image) for s in stimuli], labels


def read_observers(path: str | Path) -> np.ndarray:
    """Read the observers' dissimilarity matrices.

    Parameters
    ----------
    path : path
        The file named by `JUDGMENTS`.

    Returns
    -------
    (16, 92, 92) float64 array
    """
    return np.stack([rdm.RDM for rdm in _load(path)["rdms_behav_92"]])


def _load(path):
    from scipy.io import loadmat  # not needed by those who bring their own data

    return loadmat(path, squeeze_me=True, struct_as_record=False)
