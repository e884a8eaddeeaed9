"""The default dataset: 92 photographs and how 16 observers judged them.

The pictures are those of Kriegeskorte et al. (2008, Neuron 60:1126), the judgments those of Mur et
al. (2013, Front. Psychol. 4:128).  Both ship inside the source distribution of rsatoolbox 0.0.4.
"""

import io
from pathlib import Path

import numpy as np

from alignment.datasets.archives import Archive, pip_download, read_members
from alignment.datasets.published import PublishedDataset

FOLDER = "rsatoolbox-0.0.4/demos/92imageData"
PICTURES = f"{FOLDER}/Kriegeskorte_Neuron2008_supplementalData.mat"
JUDGMENTS = f"{FOLDER}/92_behavRDMs.mat"
LABELS = ("category", "human", "face", "animal", "natural")


def _download(folder):
    pip_download(folder, "rsatoolbox==0.0.4", ARCHIVE.sha256, "--no-binary", "rsatoolbox")


ARCHIVE = Archive(
    file="rsatoolbox-0.0.4.tar.gz",
    sha256="84153fa4c686c95f3e83f2cb668b97b82b53dc2a565856db80aa5f8c96d09359",
    download=_download,
    by_hand="pip download --no-deps --no-binary rsatoolbox rsatoolbox==0.0.4",
)


def read(path: str | Path) -> PublishedDataset:
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
        See :func:`alignment.datasets.archives.read_members`.
    """
    members = read_members(path, [PICTURES, JUDGMENTS])
    names, pictures, labels = read_stimuli(members[PICTURES])
    return PublishedDataset(names, pictures, read_observers(members[JUDGMENTS]), labels)


def read_stimuli(content: bytes) -> tuple[list[str], list[np.ndarray], dict[str, list]]:
    """Read the pictures and their labels.

    Parameters
    ----------
    content : bytes
        Of the file named by `PICTURES`.

    Returns
    -------
    names : list of 92 str
        Such as ``01-human-bodypart``, in the order of the judgments.
    pictures : list of (175, 175, 3) uint8 arrays
    labels : dict of str to list
        ``category`` and the 0/1 labels ``human, face, animal, natural``.
    """
    stimuli = _load(content)["stimuli_92objs"]
    names = [f"{k:02d}-{s.category.replace(' ', '-')}" for k, s in enumerate(stimuli, start=1)]
    labels = {label: [getattr(s, label) for s in stimuli] for label in LABELS}
    return names, [np.asarray(s.image) for s in stimuli], labels


def read_observers(content: bytes) -> np.ndarray:
    """Read the observers' dissimilarity matrices.

    Parameters
    ----------
    content : bytes
        Of the file named by `JUDGMENTS`.

    Returns
    -------
    (16, 92, 92) float64 array
    """
    return np.stack([rdm.RDM for rdm in _load(content)["rdms_behav_92"]])


def _load(content):
    from scipy.io import loadmat  # not needed by those who bring their own data

    return loadmat(io.BytesIO(content), squeeze_me=True, struct_as_record=False)
