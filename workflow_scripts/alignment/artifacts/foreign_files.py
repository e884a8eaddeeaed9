"""Recognise files that are not state dicts, and say in a sentence how to make one of them."""

import json
import re
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

from alignment.artifacts.errors import InputError

_SAVE = "save the state dict of the network in PyTorch (torch.save(network.state_dict(), ...))"
_SHARD = re.compile(r"(.+)-\d{3,}-of-\d{3,}$")
# First bytes of files that are often taken for weights
_BEGINNINGS = {
    b"\x89HDF": f"an HDF5 file, such as Keras writes: load it with its own package and {_SAVE}",
    b"<": "a web page, such as a server sends in place of a file: download the file itself",
    b"version https://git-lfs": (
        "the pointer that Git LFS keeps in place of a file: run git lfs pull where it lies"
    ),
    b"PAR1": "a Parquet table, not weights",
    b"\x1f\x8b": "compressed by gzip: unpack it",
    b"BZh": "compressed by bzip2: unpack it",
    b"\xfd7zXZ": "compressed by xz: unpack it",
}
_SUFFIXES = {
    ".onnx": f"a network in ONNX: convert it (package onnx2torch) and {_SAVE}",
    ".tflite": f"a network of TensorFlow Lite: load the original in PyTorch and {_SAVE}",
    ".pb": f"a network of TensorFlow: load the same network in PyTorch and {_SAVE}",
    ".ckpt.index": f"part of a checkpoint of TensorFlow: convert it and {_SAVE}",
    ".msgpack": f"a file of Flax: load the same network in PyTorch and {_SAVE}",
    ".gguf": f"weights of llama.cpp, which are quantised: {_SAVE} from the original",
    ".engine": f"a network compiled for one GPU: {_SAVE} from the original",
    ".mlmodel": f"a network of Core ML: {_SAVE} from the original",
}
_IN_ARCHIVES = {
    r"(^|/)(code/|constants\.pkl$)": (
        "a TorchScript archive, which holds code: load it with torch.jit.load and save its "
        "state_dict() with torch.save"
    ),
    r"(^|/)model\.weights\.h5$": (
        f"a network of Keras: load the same network in PyTorch and {_SAVE}"
    ),
    r"\.npy$": "an archive of NumPy arrays: make tensors of them and save these by torch.save",
    r"\.(pth?|bin|safetensors|ckpt)$": "a ZIP archive with files of weights in it: unpack it",
}


def refuse_foreign(path: Path) -> None:
    """Refuse a file that is no state dict by its beginning, its name or what an archive holds.

    Raises
    ------
    InputError
        What it is, and what to do.
    """
    path = Path(path)
    found = _what(path)
    if found is not None:
        raise InputError(f"{path} is {found}.")


def _what(path: Path) -> str | None:
    if path.suffix == ".json":
        return _index_of_shards(path)
    if shard := _SHARD.match(path.stem):
        return (
            f"one of several parts of {shard.group(1)}{path.suffix}: load all of them, as their "
            "own package does, and save one state dict"
        )
    for suffix, sentence in _SUFFIXES.items():
        if path.name.endswith(suffix):
            return sentence
    with open(path, "rb") as file:
        beginning = file.read(64)
    for start, sentence in _BEGINNINGS.items():
        if beginning.lstrip().startswith(start) or beginning.startswith(start):
            return sentence
    if beginning.startswith(b"PK"):
        names = _names_in(path)
        for pattern, sentence in _IN_ARCHIVES.items():
            if any(re.search(pattern, name) for name in names):
                return sentence
    return None


def _names_in(path: Path) -> list[str]:
    """Return the names in an archive; none of a damaged one, which is left to those who read it."""
    with suppress(zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return archive.namelist()
    return []


def _index_of_shards(path: Path) -> str:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = sorted(set(content["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "a text in JSON, not weights"
    return (
        f"the index of weights in {len(files)} files ({', '.join(files[:2])}, ...): load all of "
        "them, as their own package does, and save one state dict"
    )
