"""The default dataset: downloaded once, checked, and unpacked without following any path."""

import hashlib
import io
import tarfile
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.io import savemat

from alignment.datasets import mur92
from alignment.artifacts.errors import InputError

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


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A tiny archive that passes for the real one."""
    path = write_archive(tmp_path / "fake.tar.gz", [entry(*item) for item in MEMBERS.items()])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(mur92, "ARCHIVE_SHA256", digest)
    return path.read_bytes()


class Downloads:
    """Stands for pip: each call delivers the next content, or raises."""

    def __init__(self, *contents):
        self.contents, self.folders = list(contents), []

    def __call__(self, folder):
        self.folders.append(folder)
        content = self.contents[min(len(self.folders), len(self.contents)) - 1]
        if isinstance(content, OSError):
            raise content
        if content is not None:
            (mur92.Path(folder) / mur92.ARCHIVE).write_bytes(content)


def test_a_download_is_kept_and_used_again(tmp_path, archive):
    cache, download = tmp_path / "deep" / "cache", Downloads(archive)
    for _ in range(2):
        path = mur92.find_archive(cache, download=download)
        assert path == cache / mur92.ARCHIVE
        assert path.read_bytes() == archive
    assert len(download.folders) == 1
    assert [p.name for p in cache.iterdir()] == [mur92.ARCHIVE]


def test_a_damaged_kept_copy_is_downloaded_again(tmp_path, archive):
    (tmp_path / mur92.ARCHIVE).write_bytes(archive[:-1])
    download = Downloads(archive)
    assert mur92.find_archive(tmp_path, download=download).read_bytes() == archive
    assert len(download.folders) == 1


@pytest.mark.parametrize("failure", [b"half", None, OSError("no route to host")])
def test_a_broken_download_is_tried_again(tmp_path, archive, failure):
    cache, download = tmp_path / "cache", Downloads(failure, archive)
    assert mur92.find_archive(cache, download=download).read_bytes() == archive
    assert len(download.folders) == 2
    assert [p.name for p in cache.iterdir()] == [mur92.ARCHIVE]


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (b"half", "it has SHA-256 "),
        (None, "did not arrive"),
        (OSError("no route to host"), "no route to host"),
    ],
)
@pytest.mark.usefixtures("archive")
def test_when_every_attempt_fails_the_way_offline_is_told(tmp_path, failure, problem):
    cache, download = tmp_path / "cache", Downloads(failure)
    with pytest.raises(InputError) as caught:
        mur92.find_archive(cache, download=download)
    assert problem in str(caught.value)
    assert "pip download --no-deps" in str(caught.value)
    assert "datasets: <name>: archive" in str(caught.value)
    assert len(download.folders) == mur92.ATTEMPTS
    assert list(cache.iterdir()) == []


def no_download(folder):
    pytest.fail("the local copy is enough")


def test_a_local_copy_is_used_where_it_lies(tmp_path, archive):
    local = tmp_path / "mine.tar.gz"
    local.write_bytes(archive)
    assert mur92.find_archive(tmp_path / "cache", str(local), no_download) == local
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "does not exist; give the path of"), (b"other", "damaged or")]
)
def test_a_missing_or_wrong_local_copy_is_named(tmp_path, archive, content, problem):
    local = tmp_path / "mine.tar.gz"
    if content:
        local.write_bytes(content)
    with pytest.raises(
        InputError, match=rf"mine\.tar\.gz named in the config.*{problem}"
    ) as caught:
        mur92.find_archive(tmp_path / "cache", local, no_download)
    if content:
        assert hashlib.sha256(content).hexdigest() in str(caught.value)
        assert hashlib.sha256(archive).hexdigest() in str(caught.value)


def test_pip_is_told_the_checksum_and_its_last_line_is_passed_on(tmp_path, monkeypatch):
    def run(command, **_):
        requirement = command[command.index("--requirement") + 1]
        assert f"--hash=sha256:{mur92.ARCHIVE_SHA256}" in mur92.Path(requirement).read_text()
        assert {"--require-hashes", "--no-deps"} < set(command)
        return SimpleNamespace(stdout="", stderr="warning\nERROR: no such host\n", returncode=1)

    monkeypatch.setattr(mur92.subprocess, "run", run)
    with pytest.raises(OSError, match=r"^pip: ERROR: no such host$"):
        mur92.pip_download(tmp_path)


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


def test_pictures_labels_and_observers_are_read(tmp_path):
    flags = {"human": 1, "face": 0, "animal": 1, "natural": 1}
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, 5, 4, 3), dtype=np.uint8)
    stimuli = np.empty(2, dtype=object)
    stimuli[0] = {"image": pictures[0], "category": "human bodypart", **flags}
    stimuli[1] = {"image": pictures[1], "category": "fruit", **dict.fromkeys(flags, 0)}
    savemat(tmp_path / "p.mat", {"stimuli_92objs": stimuli})
    names, read, labels = mur92.read_stimuli(tmp_path / "p.mat")
    assert names == ["01-human-bodypart", "02-fruit"]
    np.testing.assert_array_equal(read, pictures)
    assert labels["category"] == ["human bodypart", "fruit"]
    assert [labels[name] for name in flags] == [[1, 0], [0, 0], [1, 0], [1, 0]]
    observers = rng.random((3, 4, 4))
    rdms = np.empty(3, dtype=object)
    rdms[:] = [{"RDM": matrix, "name": "x"} for matrix in observers]
    savemat(tmp_path / "j.mat", {"rdms_behav_92": rdms})
    np.testing.assert_array_equal(mur92.read_observers(tmp_path / "j.mat"), observers)
