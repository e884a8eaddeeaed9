"""Files that are often taken for weights are named for what they are."""

import json
import zipfile

import pytest

from alignment.artifacts.errors import InputError
from alignment.artifacts.foreign_files import refuse_foreign

FILES = {
    "net.onnx": (
        b"\x08\x07\x12\x07pytorch",
        r"net\.onnx is a network in ONNX: convert it",
    ),
    "net.h5": (
        b"\x89HDF\r\n\x1a\n",
        "an HDF5 file, such as Keras writes: load it with",
    ),
    "net.pth": (b"<!DOCTYPE html>", "a web page, such as a server sends in place of a file"),
    "blank.pth": (b"\n\n <html>", "a web page"),
    "pointer.pth": (b"version https://git-lfs.github.com/spec/v1\n", "the pointer that Git LFS"),
    "net.pth.gz": (b"\x1f\x8b\x08", "compressed by gzip: unpack it"),
    "model-00001-of-00002.safetensors": (b"", r"one of several parts of model\.safetensors: load"),
    "pytorch_model-00002-of-00003.bin": (b"PK", r"one of several parts of pytorch_model\.bin"),
    "net.tflite": (b"", "TensorFlow Lite"),
    "saved_model.pb": (b"\x08\x01", "a network of TensorFlow: load the same"),
    "config.json": (b"{}", "a text in JSON, not weights"),
}
ARCHIVES = {
    "script.pt": (
        ["script/constants.pkl", "script/data.pkl"],
        "a TorchScript archive, which",
    ),
    "net.keras": (["config.json", "model.weights.h5"], "a network of Keras"),
    "net.npz": (["a.npy"], "an archive of NumPy arrays"),
    "net.zip": (["folder/net.pth"], "a ZIP archive with files of weights in it: unpack it"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_named_for_what_it_is(tmp_path, name):
    content, sentence = FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        refuse_foreign(tmp_path / name)


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_named_for_what_it_holds(tmp_path, name):
    members, sentence = ARCHIVES[name]
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for member in members:
            archive.writestr(member, "")
    with pytest.raises(InputError, match=sentence):
        refuse_foreign(tmp_path / name)


def test_an_index_of_parts_names_them(tmp_path):
    path = tmp_path / "model.safetensors.index.json"
    shards = {f"layer.{k}": f"model-0000{k}-of-00002.safetensors" for k in (1, 2)}
    path.write_text(json.dumps({"weight_map": shards}))
    with pytest.raises(InputError, match=r"the index of weights in 2 files \(model-00001-of-00002"):
        refuse_foreign(path)


def test_files_of_torch_are_let_through(tmp_path):
    path = tmp_path / "net.pth"
    with zipfile.ZipFile(path, "w") as archive:
        for member in ("net/data.pkl", "net/data/0", "net/version", "net/byteorder"):
            archive.writestr(member, "")
    refuse_foreign(path)
    path.write_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")  # as torch wrote before 1.6
    refuse_foreign(path)
