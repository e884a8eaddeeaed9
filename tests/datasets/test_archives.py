"""Archives: downloaded once, checked, and read without following any path."""

import hashlib
import io
import sys
import tarfile
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from alignment.artifacts import downloads
from alignment.artifacts.errors import InputError
from alignment.datasets import archives
from alignment.datasets.archives import (
    Archive,
    find_archive,
    pip_download,
    read_members,
    run_client,
)

CONTENT = b"content"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSE_S", 0)


KEY = "topography: datasets: digits: archive"


def published(download, content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return Archive("thing.tgz", digest, download, "fetch thing")


class Downloads:
    """Stands for a registry's client: each call delivers the next content, or raises."""

    def __init__(self, *contents):
        self.contents, self.calls = list(contents), 0

    def __call__(self, folder):
        content = self.contents[min(self.calls, len(self.contents) - 1)]
        self.calls += 1
        if isinstance(content, OSError):
            raise content
        if content is not None:
            (folder / "thing.tgz").write_bytes(content)


def tar_bytes(entries, mode="w:gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content, kind in entries:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            info.linkname = "/etc/passwd" if kind != tarfile.REGTYPE else ""
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zip_bytes(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content, _ in entries:
            file.writestr(name, content)
    return buffer.getvalue()


def deb_bytes(entries):
    def member(name, content):
        return f"{name:<16}{0:<12}{0:<6}{0:<6}{0:<8}{len(content):<10}`\n".encode() + content

    data = tar_bytes([(f"./{name}", *rest) for name, *rest in entries], "w:xz")
    parts = [member("debian-binary", b"2.0\n"), member("control.tar.xz", b"odd") + b"\n"]
    return b"!<arch>\n" + b"".join(parts) + member("data.tar.xz", data)


KINDS = {"whl": zip_bytes, "tgz": tar_bytes, "deb": deb_bytes}
PLAIN = [("a/b", b"12", tarfile.REGTYPE), ("c", b"345", tarfile.REGTYPE)]


def test_a_download_is_kept_and_used_again(tmp_path):
    download = Downloads(CONTENT)
    for _ in range(2):
        path = find_archive(published(download), tmp_path / "cache", key=KEY)
        assert path.read_bytes() == CONTENT
    assert download.calls == 1
    assert [p.name for p in path.parent.iterdir()] == ["thing.tgz"]


@pytest.mark.parametrize("failure", [b"half", None, OSError("no route to host")])
def test_a_broken_download_is_tried_again(tmp_path, failure):
    download = Downloads(failure, CONTENT)
    assert find_archive(published(download), tmp_path, key=KEY).read_bytes() == CONTENT
    assert download.calls == 2


def test_no_download_ends_in_a_sentence(tmp_path):
    download = Downloads(OSError("no route to host"))
    with pytest.raises(
        InputError,
        match=r"thing\.tgz could not be downloaded \(no route to host\); .* run 'fetch thing', ",
    ):
        find_archive(published(download), tmp_path, key=KEY)
    assert download.calls == downloads.ATTEMPTS
    assert not list(tmp_path.iterdir())


def test_a_local_copy_is_used_where_it_lies(tmp_path):
    (tmp_path / "mine.tgz").write_bytes(CONTENT)
    download = Downloads(OSError("not needed"))
    found = find_archive(
        published(download), tmp_path / "cache", str(tmp_path / "mine.tgz"), key=KEY
    )
    assert found == tmp_path / "mine.tgz"
    assert download.calls == 0
    assert not (tmp_path / "cache").exists()


def test_a_truncated_copy_is_refused_and_nothing_downloaded(tmp_path):
    (tmp_path / "mine.tgz").write_bytes(CONTENT[:-1])
    download = Downloads(CONTENT)
    with pytest.raises(
        InputError, match=rf"mine\.tgz named in the config \({KEY}\) has SHA-256 .* cut"
    ):
        find_archive(published(download), tmp_path, tmp_path / "mine.tgz", key=KEY)
    with pytest.raises(
        InputError, match=r"none\.tgz named in the config \(.*\) does not exist; give"
    ):
        find_archive(published(download), tmp_path, tmp_path / "none.tgz", key=KEY)
    assert download.calls == 0


def test_a_folder_of_downloads_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"file cannot be made .* ALIGNMENT_CACHE"):
        find_archive(published(Downloads(CONTENT)), tmp_path / "file", key=KEY)


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_read_by_name(tmp_path, kind):
    path = tmp_path / f"archive.{kind}"
    path.write_bytes(KINDS[kind](PLAIN))
    assert read_members(path, ["a/b"]) == {"a/b": b"12"}
    assert read_members(path, ["c", "a/b"]) == {"c": b"345", "a/b": b"12"}
    with pytest.raises(InputError, match=rf"archive\.{kind} does not hold d\."):
        read_members(path, ["c", "d"])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_archives_are_refused(tmp_path, kind, share):
    noise = np.random.default_rng(0).bytes(20000)
    whole = KINDS[kind]([("c", noise, tarfile.REGTYPE)])
    path = tmp_path / "archive"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"archive (is not a whole archive|does not hold c)"):
        read_members(path, ["c"])


@pytest.mark.parametrize("kind", ["tgz", "deb"])
@pytest.mark.parametrize(
    "link", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
)
def test_links_are_not_followed(tmp_path, kind, link):
    path = tmp_path / "archive"
    path.write_bytes(KINDS[kind]([("c", b"", link)]))
    with pytest.raises(InputError, match="does not hold c"):
        read_members(path, ["c"])


@pytest.mark.parametrize("kind", KINDS)
def test_members_beyond_all_size_are_not_read(tmp_path, kind, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_MEMBER", 2)
    path = tmp_path / "archive"
    path.write_bytes(KINDS[kind](PLAIN))
    with pytest.raises(InputError, match=r"does not hold c\."):
        read_members(path, ["a/b", "c"])


def test_a_client_that_fails_says_why(tmp_path):
    with pytest.raises(OSError, match=r"^python\S*: nothing there$"):
        run_client(sys.executable, "-c", "import sys; sys.exit('nothing there')", folder=tmp_path)
    run_client(sys.executable, "-c", "open('made', 'w')", folder=tmp_path)
    assert (tmp_path / "made").exists()


def test_pip_is_told_the_checksum_and_its_last_line_is_passed_on(tmp_path, monkeypatch):
    def run(command, *, cwd, **_):
        requirement = command[command.index("--requirement") + 1]
        assert (cwd / requirement).read_text() == "thing==1 --hash=sha256:abc\n"
        assert {"--require-hashes", "--no-deps", "--no-binary"} < set(command)
        return SimpleNamespace(stdout="", stderr="warning\nERROR: no such host\n", returncode=1)

    monkeypatch.setattr(archives.subprocess, "run", run)
    with pytest.raises(OSError, match=r"^pip: ERROR: no such host$"):
        pip_download(tmp_path, "thing==1", "abc", "--no-binary", "thing")
