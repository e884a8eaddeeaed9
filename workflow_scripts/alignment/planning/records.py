"""What is known of finished results, kept beside them, so that they can be moved and copied.

Snakemake decides what is stale from the times of files and from its own records under
``.snakemake/``.  A copy has other times, and often the results travel without that folder.  So
after each run its records are kept within the results, with a checksum and the time of every file;
and before each plan they are put back where files hold what they held.
"""

import gzip
import hashlib
import json
import os
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import replacing, sha256_of_file

KEPT = Path("results/records.json.gz")
OWN = Path(".snakemake")
# Of a file that may have been made by other settings or code than those it would be made by now.
UNKNOWN = {"input": [], "log": [], "params": ["'unknown'"], "record_format_version": 6}
_SCRIPTS = "<scripts>"  # stands for the folder of scripts
_STAMP = ".snakemake_timestamp"  # in a folder that a job made: the time of the folder
_ASIDE = ("logs", "benchmarks")


def keep(scripts: str, kept: Path = KEPT, own: Path = OWN) -> None:
    """Keep Snakemake's records of all finished results beside them.

    A file is read for its checksum only when its size or time is not that of the last run.

    Parameters
    ----------
    scripts : str
        The folder of scripts as inputs name it, which is another one where results lie elsewhere.
    kept : path
        The file to write, in the folder of results.
    own : path
        The folder of Snakemake.
    """
    before = _kept(kept)["files"]
    files = {}
    for path, record in _own_records(own):
        state = _state(path)
        if state is None or not path.is_relative_to(kept.parent):
            continue
        known = before.get(str(path))
        same = known and known["state"] == state
        digest = known["sha256"] if same else _digest(path)
        files[str(path)] = {"state": state, "sha256": digest}
        files[str(path)]["record"] = _renamed(record, scripts, _SCRIPTS)
    mark = secrets.token_hex(8)
    try:
        with replacing(kept) as partial:
            said = json.dumps({"mark": mark, "files": files}, separators=(",", ":"))
            partial.write_bytes(gzip.compress(said.encode(), 6, mtime=0))
        _mark(own).write_text(f"{mark} {scripts}", encoding="utf-8")
    except (OSError, InputError):
        return  # all that is lost is that these results can be moved


def restore(scripts: str, kept: Path = KEPT, own: Path = OWN) -> None:
    """Put back what is known of results that were copied, moved, or lost Snakemake's records.

    A file that holds what it held gets back its time, and its record if Snakemake's folder is not
    the one beside which it was kept.  Of a file of which nothing is known, since it is neither in
    these records nor in Snakemake's, or holds something else, a record says so: it is made anew.
    What was kept of a file by a run that was killed later is as good as Snakemake's own record.

    Parameters
    ----------
    scripts : str
    kept, own : paths
        As of :func:`keep`.  Where they cannot be written nothing happens.
    """
    if not kept.parent.is_dir():
        return
    known = _kept(kept)
    try:
        belongs = _mark(own).read_text(encoding="utf-8") == f"{known['mark']} {scripts}"
    except OSError:
        belongs = False
    try:
        own.mkdir(exist_ok=True)
        for path, entry in known["files"].items():
            same = _restore_time(Path(path), entry)
            if not belongs and same is not None:
                record = _renamed(entry["record"], _SCRIPTS, scripts) if same else UNKNOWN
                _write_record(own, Path(path), record)
        if not belongs:
            for path in _results_in(kept.parent):
                if str(path) not in known["files"] and not _own_record(own, path).is_file():
                    _write_record(own, path, UNKNOWN)
            if known["mark"]:
                _mark(own).write_text(f"{known['mark']} {scripts}", encoding="utf-8")
    except OSError:
        return  # of a folder that is only looked at


def _restore_time(path, entry):
    """Give back its time to a result that holds what it held.

    Return whether it does; None where it is not there.
    """
    state = _state(path)
    if state is None:
        return None
    if state == entry["state"]:
        return True
    if _digest(path) != entry["sha256"]:
        return False
    _, time = entry["state"]
    os.utime(_clock(path), ns=(time, time), follow_symlinks=False)
    return True


def _renamed(record, old, new):
    """Return a record whose inputs lie in another folder of scripts."""

    def renamed(path):
        return new + path.removeprefix(old) if path.startswith(f"{old}/") else path

    checksums = record.get("input_checksums") or {}
    return record | {
        # In order, as Snakemake compares them
        "input": sorted(renamed(path) for path in record.get("input") or []),
        "input_checksums": {renamed(path): value for path, value in checksums.items()},
    }


def _kept(path):
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            known = json.load(file)
        if isinstance(known, dict) and {"mark", "files"} <= known.keys():
            return known
    except (OSError, EOFError, ValueError, zlib.error):
        pass
    return {"mark": None, "files": {}}


def _mark(own):
    return own / "results_mark"


# Files, and folders that a job made


def _clock(path):
    """Return what carries the time of a result."""
    return path / _STAMP if path.is_dir() else path


def _state(path):
    """Return the size of a result and its time in ns; None where it is not there."""
    try:
        size = sum(file.stat().st_size for file in _held(path))
        return [size, _clock(path).lstat().st_mtime_ns]
    except OSError:
        return None


def _held(path):
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and file.name != _STAMP)


def _digest(path):
    if not path.is_dir():
        return sha256_of_file(path)
    held = "".join(f"{file.relative_to(path)} {sha256_of_file(file)}\n" for file in _held(path))
    return hashlib.sha256(held.encode()).hexdigest()


def _results_in(results) -> Iterator[Path]:
    for folder, folders, files in os.walk(results):
        if Path(folder) == results:
            folders[:] = [name for name in folders if name not in _ASIDE]
        if _STAMP in files:  # its record is that of the folder
            folders.clear()
            yield Path(folder)
            continue
        yield from (Path(folder, name) for name in files if Path(folder) != results)


# Records of Snakemake: a JSON file each, named by the path in base 64, cut where names end


def _own_record(own, path):
    name = urlsafe_b64encode(str(path).encode()).decode()
    longest = os.pathconf(own, "PC_NAME_MAX") - 1
    *folders, last = [name[k : k + longest] for k in range(0, len(name), longest)]
    return Path(own, "metadata", *(f"@{folder}" for folder in folders), last)


def _own_records(own):
    top = own / "metadata"
    for folder, _, files in os.walk(top):
        begin = "".join(part[1:] for part in Path(folder).relative_to(top).parts)
        for name in files:
            try:
                path = Path(urlsafe_b64decode(begin + name).decode())
                yield path, json.loads(Path(folder, name).read_text(encoding="utf-8"))
            except ValueError:
                continue  # half written, or none


def _write_record(own, path, record):
    file = _own_record(own, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(record), encoding="utf-8")
