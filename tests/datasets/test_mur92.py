"""The default dataset: downloaded by its checksum, and unpacked without following any path."""

import io
import tarfile
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.io import savemat

from alignment.artifacts.errors import InputError
from alignment.datasets import mur92

MEMBERS = {f"{mur92.FOLDER}/{name}": name.encode() for name in (mur92.PICTURES, mur92.JUDGMENTS)}


def entry(name, content=b"", kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, target
    return info, content


def write_archive(path, entries):
    with tarfile.open(path, "w:gz") as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return path


def test_pip_is_told_the_checksum_and_its_last_line_is_passed_on(tmp_path, monkeypatch):
    def run(command, **_):
        requirement = command[command.index("--requirement") + 1]
        assert f"--hash=sha256:{mur92.ARCHIVE_SHA256}" in mur92.Path(requirement).read_text()
        assert {"--require-hashes", "--no-deps"} < set(command)
        return SimpleNamespace(stdout="", stderr="warning\nERROR: no such host\n", returncode=1)

    monkeypatch.setattr(mur92.subprocess, "run", run)
    with pytest.raises(OSError, match=r"^pip: ERROR: no such host$"):
        mur92.download(tmp_path)


def everything_below(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


TAKEN = {"source", f"source/{mur92.PICTURES}", f"source/{mur92.JUDGMENTS}"}


def test_two_files_are_taken_and_nothing_else(tmp_path):
    """No path or link in the archive leads anywhere, also not one that begins well."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "victim").write_text("untouched")
    harmful = [
        entry("../escaped", b"x"),
        entry(f"{mur92.FOLDER}/../../../escaped", b"x"),
        entry(str(inside / "absolute"), b"x"),
        entry(f"{mur92.FOLDER}/setup.py", b"x"),
        entry("source", kind=tarfile.SYMTYPE, target=str(inside)),
        entry(mur92.PICTURES, kind=tarfile.SYMTYPE, target=str(inside / "victim")),
    ]
    harmless = [entry(*item) for item in MEMBERS.items()]
    archive = write_archive(tmp_path / "a.tar.gz", [*harmful, *harmless, *harmful])
    mur92.extract(archive, inside / "source")
    assert everything_below(inside) == {"victim", *TAKEN}
    assert (inside / "victim").read_text() == "untouched"
    for name in (mur92.PICTURES, mur92.JUDGMENTS):
        assert (inside / "source" / name).read_bytes() == name.encode()
    assert everything_below(tmp_path) == {
        "a.tar.gz",
        "inside",
        *(f"inside/{name}" for name in everything_below(inside)),
    }


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path, kind):
    secret = tmp_path / "secret"
    secret.write_text("private")
    pictures, judgments = MEMBERS
    target = str(secret) if kind == tarfile.SYMTYPE else judgments
    entries = [entry(judgments, b"x"), entry(pictures, kind=kind, target=target)]
    archive = write_archive(tmp_path / "a.tar.gz", entries)
    with pytest.raises(InputError, match=f"does not hold {pictures}; on a machine that is online"):
        mur92.extract(archive, tmp_path / "source")
    assert not (tmp_path / "source" / mur92.PICTURES).exists()


def test_a_file_of_implausible_size_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(mur92, "LARGEST_MEMBER", 10)
    entries = [entry(name, b"x" * 11) for name in MEMBERS]
    archive = write_archive(tmp_path / "a.tar.gz", entries)
    with pytest.raises(InputError, match=f"{mur92.PICTURES} and .*{mur92.JUDGMENTS}"):
        mur92.extract(archive, tmp_path / "source")
    assert not (tmp_path / "source").exists()


def test_pip_that_succeeds_is_believed(tmp_path, monkeypatch):
    done = SimpleNamespace(stdout="Saved", stderr="", returncode=0)
    monkeypatch.setattr(mur92.subprocess, "run", lambda command, **_: done)
    assert mur92.download(tmp_path) is None


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
    names, read, labels = mur92.read_stimuli(stimuli)
    assert names == ["01-human-bodypart", "02-fruit"]
    np.testing.assert_array_equal(read, pictures)
    assert labels == LABELS
    np.testing.assert_array_equal(mur92.read_observers(judgments), observers)


def test_the_archive_is_read_as_one_dataset(published, tmp_path):
    stimuli, judgments, pictures, observers = published
    contents = (stimuli.read_bytes(), judgments.read_bytes())
    entries = [entry(name, content) for name, content in zip(MEMBERS, contents, strict=True)]
    before = everything_below(tmp_path)
    dataset = mur92.read(write_archive(tmp_path / "a.tar.gz", entries))
    assert dataset.names == ["01-human-bodypart", "02-fruit"]
    np.testing.assert_array_equal(dataset.pictures, pictures)
    np.testing.assert_array_equal(dataset.dissimilarities, observers)
    assert dataset.labels == LABELS
    assert everything_below(tmp_path) == {"a.tar.gz", *before}


def test_an_archive_without_the_dataset_is_refused(tmp_path):
    archive = write_archive(tmp_path / "a.tar.gz", [entry("readme.txt", b"x")])
    with pytest.raises(InputError, match=r"a\.tar\.gz does not hold .* and .*; on a machine that"):
        mur92.read(archive)
