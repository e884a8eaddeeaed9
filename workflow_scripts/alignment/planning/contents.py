"""What the user's files hold, told by SHA-256, so that a file with an older date is noticed too."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

MEMORY = Path(".snakemake/contents.json")  # only saves time, and can be lost


def contents(files: Iterable[str], memory: Path = MEMORY) -> dict[str, str]:
    """Return the SHA-256 of files, by their names, which say nothing of where they lie.

    A file is read again only when its size or time of change is another: planning should not read
    gigabytes.  Folders, and files that are not there yet, are left out.  Files of one name, such as
    ``__init__.py``, are told apart by the folders that they do not share.

    Parameters
    ----------
    files : iterable of str
    memory : path
        A JSON file of what is known, by absolute path.  Where it cannot be written nothing is kept.
    """
    present = [file for file in map(Path, files) if file.is_file()]
    known = _remembered(memory) if present else {}
    found, is_new = {}, False
    for name, file in zip(_told_apart(present), present, strict=True):
        state = file.stat()
        key, now = str(file.absolute()), [state.st_size, state.st_mtime_ns]
        if known.get(key, [])[:2] != now:
            with open(file, "rb") as opened:
                known[key] = [*now, hashlib.file_digest(opened, "sha256").hexdigest()]
            is_new = True
        found[name] = known[key][2]
    if is_new:
        _remember(known, memory)
    return found


def _told_apart(files: list[Path]) -> list[str]:
    """Return the names of files, with as many of their last folders as tell them apart."""
    names = [file.name for file in files]
    longest = max((len(file.parts) for file in files), default=0)
    for length in range(2, longest + 1):
        counts = Counter(names)
        names = [
            "/".join(file.parts[-length:]) if counts[name] > 1 else name
            for name, file in zip(names, files, strict=True)
        ]
    return names


def _remembered(memory: Path) -> dict[str, list]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        return {
            key: entry
            for key, entry in known.items()
            if isinstance(entry, list) and len(entry) == 3 and isinstance(entry[2], str)
        }
    except (OSError, ValueError, AttributeError):
        return {}


def _remember(known: dict[str, list], memory: Path) -> None:
    partial = memory.with_name(f"{memory.name}.{os.getpid()}")
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(known, indent=0, sort_keys=True), encoding="utf-8")
        partial.replace(memory)
    except OSError:
        return  # a folder that is only looked at
