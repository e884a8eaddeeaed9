"""Downloads: kept, checked, tried three times, and never left half."""

import hashlib
import os
from pathlib import Path

import pytest

from alignment.artifacts import downloads
from alignment.artifacts.downloads import ATTEMPTS, cache_folder, keep
from alignment.artifacts.errors import InputError

CONTENT = b"what the server has"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = "weights.pth"


class Server:
    """Delivers its contents one after the other, the last one again and again.

    None stands for a file that does not arrive, an exception for one that is raised.
    """

    def __init__(self, *contents):
        self.contents, self.folders = list(contents), []

    def __call__(self, folder):
        self.folders.append(folder)
        content = self.contents[min(len(self.folders), len(self.contents)) - 1]
        if isinstance(content, Exception):
            raise content
        if content is not None:
            (folder / NAME).write_bytes(content)


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The pauses between attempts, which take no time here."""
    found = []
    monkeypatch.setattr(downloads.time, "sleep", found.append)
    return found


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep/cache" / NAME


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def test_a_download_is_kept_and_used_again(path, pauses):
    server = Server(CONTENT)
    for _ in range(2):
        assert keep(path, DIGEST, server) == path
        assert path.read_bytes() == CONTENT
    assert len(server.folders) == 1
    assert names_in(path.parent) == [NAME]
    assert pauses == []


@pytest.mark.parametrize("copy", [b"", CONTENT[:-1], CONTENT + b"x"])
def test_a_damaged_copy_is_downloaded_again(path, copy):
    path.parent.mkdir(parents=True)
    path.write_bytes(copy)
    server = Server(CONTENT)
    assert keep(path, DIGEST, server).read_bytes() == CONTENT
    assert len(server.folders) == 1


def test_of_a_digest_the_first_digits_are_enough(path):
    server = Server(CONTENT)
    keep(path, DIGEST[:8], server)
    keep(path, DIGEST[:8], server)
    assert len(server.folders) == 1
    with pytest.raises(OSError, match=f"it has SHA-256 {DIGEST} where {DIGEST[1:9]} is right"):
        keep(path.with_name("other.pth"), DIGEST[1:9], lambda folder: other(folder))


def other(folder):
    (folder / "other.pth").write_bytes(CONTENT)


FAILURES = {
    "damaged": (b"half", "it has SHA-256 "),
    "absent": (None, f"{NAME} did not arrive"),
    "refused": (OSError("no route to host"), "no route to host"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("n_failures", [1, 2])
def test_a_failed_download_is_tried_again_after_a_pause(path, pauses, capsys, failure, n_failures):
    content, problem = FAILURES[failure]
    server = Server(*[content] * n_failures, CONTENT)
    assert keep(path, DIGEST, server).read_bytes() == CONTENT
    assert len(server.folders) == n_failures + 1
    assert names_in(path.parent) == [NAME]
    assert pauses == [downloads.PAUSE_S * k for k in range(1, n_failures + 1)]
    said = capsys.readouterr().out
    assert said.count(f"The download failed: {problem}") == n_failures
    assert f"Downloading {NAME}, attempt {n_failures + 1} of {ATTEMPTS}" in said


@pytest.mark.parametrize("failure", FAILURES)
def test_after_three_attempts_the_last_problem_is_passed_on(path, pauses, failure):
    content, problem = FAILURES[failure]
    server = Server(OSError("the first"), content)
    with pytest.raises(OSError, match=problem):
        keep(path, DIGEST, server)
    assert len(server.folders) == ATTEMPTS == 3
    assert len(pauses) == ATTEMPTS - 1
    # Neither the file nor what was fetched on the way is left.
    assert names_in(path.parent) == []


def test_a_damaged_copy_stays_where_nothing_better_arrives(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    with pytest.raises(OSError, match="no route"):
        keep(path, DIGEST, Server(OSError("no route to host")))
    assert names_in(path.parent) == [NAME]
    assert path.read_bytes() == b"half"


def test_an_error_that_no_attempt_can_mend_ends_the_first(path):
    server = Server(InputError("the source is not known."))
    with pytest.raises(InputError, match="the source is not known"):
        keep(path, DIGEST, server)
    assert len(server.folders) == 1
    assert names_in(path.parent) == []


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "cache" / NAME
    with pytest.raises(InputError) as caught:
        keep(path, DIGEST, Server(CONTENT))
    sentence = str(caught.value)
    assert sentence.startswith(f"the folder of downloads {path.parent} cannot be made (")
    assert sentence.endswith("name another one in the environment variable ALIGNMENT_CACHE.")


def test_the_folder_of_downloads_is_the_one_that_is_named(monkeypatch):
    monkeypatch.setenv("ALIGNMENT_CACHE", "/data/cache")
    assert cache_folder() == Path("/data/cache")
    monkeypatch.setenv("ALIGNMENT_CACHE", "")
    default = cache_folder()
    monkeypatch.delenv("ALIGNMENT_CACHE")
    assert cache_folder() == default
    assert default.name == "alignment-importance"


def test_the_umask_decides_who_may_read_what_was_downloaded(path):
    def fetch(folder):
        (folder / NAME).write_bytes(CONTENT)
        (folder / NAME).chmod(0o600)  # as temporary files are

    before = os.umask(0o022)
    try:
        keep(path, DIGEST, fetch)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644
