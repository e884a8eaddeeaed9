"""The default dataset: downloaded by its checksum, and read without following any path."""

import io
import tarfile
from dataclasses import replace

import numpy as np
import pytest
from scipy.io import savemat

from alignment.artifacts import downloads
from alignment.artifacts.errors import InputError
from alignment.datasets import mur92
from alignment.datasets.archives import find_archive


def entry(name, content=b"", kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, target
    return info, content


def write_archive(path, entries):
    with tarfile.open(path, "w:gz") as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return path


def test_pip_is_told_the_checksum_and_to_take_the_source_distribution(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(mur92, "pip_download", lambda *words: told.extend(words))
    mur92.ARCHIVE.download(tmp_path)
    options = ["--no-binary", "rsatoolbox"]
    assert told == [tmp_path, "rsatoolbox==0.0.4", mur92.ARCHIVE.sha256, *options]


def test_the_way_offline_to_the_default_dataset_is_told_in_full(tmp_path, monkeypatch):
    def offline(folder):
        raise OSError("no route to host")

    monkeypatch.setattr(downloads, "PAUSE_S", 0)
    archive = replace(mur92.ARCHIVE, download=offline)
    with pytest.raises(InputError) as caught:
        find_archive(archive, tmp_path, key="datasets: mur92: archive")
    assert str(caught.value) == (
        "rsatoolbox-0.0.4.tar.gz could not be downloaded (no route to host); on a machine that is "
        "online, run 'pip download --no-deps --no-binary rsatoolbox rsatoolbox==0.0.4', copy "
        "rsatoolbox-0.0.4.tar.gz here, and name it in the config under datasets: mur92: archive."
    )


def everything_below(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


@pytest.fixture
def published(tmp_path):
    """The two files of the dataset, with two pictures and three observers."""
    flags = {"human": 1, "face": 0, "animal": 1, "natural": 1}
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, 5, 4, 3), dtype=np.uint8)
    stimuli = np.empty(2, dtype=object)
    stimuli[0] = {"image": pictures[0], "category": "human bodypart", **flags}
    stimuli[1] = {"image": pictures[1], "category": "fruit", **dict.fromkeys(flags, 0)}
    savemat(tmp_path / "p.mat", {"stimuli_92objs": stimuli})
    observers = rng.random((3, 4, 4))
    rdms = np.empty(3, dtype=object)
    rdms[:] = [{"RDM": matrix, "name": "x"} for matrix in observers]
    savemat(tmp_path / "j.mat", {"rdms_behav_92": rdms})
    return tmp_path / "p.mat", tmp_path / "j.mat", pictures, observers


LABELS = {
    "category": ["human bodypart", "fruit"],
    "human": [1, 0],
    "face": [0, 0],
    "animal": [1, 0],
    "natural": [1, 0],
}


def test_pictures_labels_and_observers_are_read(published):
    stimuli, judgments, pictures, observers = published
    names, read, labels = mur92.read_stimuli(stimuli.read_bytes())
    assert names == ["01-human-bodypart", "02-fruit"]
    np.testing.assert_array_equal(read, pictures)
    assert labels == LABELS
    np.testing.assert_array_equal(mur92.read_observers(judgments.read_bytes()), observers)


def test_the_archive_is_read_as_one_dataset_and_nothing_else_of_it(published, tmp_path):
    """No path or link in the archive leads anywhere, also not one that begins well."""
    stimuli, judgments, pictures, observers = published
    harmful = [
        entry("../escaped", b"x"),
        entry(f"{mur92.FOLDER}/../../../escaped", b"x"),
        entry(str(tmp_path / "absolute"), b"x"),
        entry(f"{mur92.FOLDER}/setup.py", b"x"),
        entry(mur92.FOLDER, kind=tarfile.SYMTYPE, target=str(tmp_path)),
        entry(mur92.PICTURES, kind=tarfile.SYMTYPE, target=str(judgments)),
    ]
    harmless = [
        entry(mur92.PICTURES, stimuli.read_bytes()),
        entry(mur92.JUDGMENTS, judgments.read_bytes()),
    ]
    before = everything_below(tmp_path)
    archive = write_archive(tmp_path / "a.tar.gz", [*harmful, *harmless, *harmful])
    dataset = mur92.read(archive)
    assert dataset.names == ["01-human-bodypart", "02-fruit"]
    np.testing.assert_array_equal(dataset.pictures, pictures)
    np.testing.assert_array_equal(dataset.dissimilarities, observers)
    assert dataset.labels == LABELS
    assert everything_below(tmp_path) == {"a.tar.gz", *before}


def test_an_archive_without_the_dataset_is_refused(tmp_path):
    archive = write_archive(tmp_path / "a.tar.gz", [entry("readme.txt", b"x")])
    with pytest.raises(InputError, match=r"a\.tar\.gz does not hold .*RDMs\.mat and .*Data\.mat\."):
        mur92.read(archive)
