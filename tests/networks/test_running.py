"""Networks run over changed pictures."""

import numpy as np
import pytest
import torch
from torch import fx, nn

from alignment.networks.running import embedder, pictures_at_a_time, pictures_kept_at_a_time


class Backbone(nn.Module):
    def forward(self, pictures):
        return {"feature_maps": pictures, "embedding": 2 * pictures.mean(dim=(2, 3))}


def test_pictures_are_embedded_as_arrays():
    pictures = np.random.default_rng(0).random((4, 3, 5, 5), dtype=np.float32)
    rows = embedder(Backbone(), torch.device("cpu"))(pictures)
    assert isinstance(rows, np.ndarray)
    np.testing.assert_allclose(rows, 2 * pictures.mean(axis=(2, 3)), rtol=1e-6)


class Cut(nn.Module):
    """Maps of two convolutions, and an embedding that is made from them in one of two ways."""

    def __init__(self, way):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)
        self.act, self.fc, self.way = nn.ReLU(), nn.Linear(8 * 36, 5), way

    def forward(self, pictures):
        maps = self.act(self.norm(self.conv(pictures)))
        rows = maps.view(maps.size(0), -1) if self.way == "view" else torch.flatten(maps, 1)
        return {"feature_maps": maps, "embedding": self.fc(rows)}


@pytest.mark.parametrize("way", ["flatten", "view", "another forward"])
def test_embeddings_are_those_of_the_network_as_it_was(way, capsys):
    """Also where the rewritten network does not run, or computes something else."""
    backbone = fx.symbolic_trace(Cut(way)).eval().requires_grad_(False)
    if way == "another forward":
        backbone.conv.forward = lambda x: 2 * nn.Conv2d.forward(backbone.conv, x)
    pictures = np.random.default_rng(0).random((3, 3, 8, 8), dtype=np.float32)
    expected = backbone(torch.from_numpy(pictures))["embedding"]
    assert expected.std() > 0.01
    runs = []
    backbone.register_forward_hook(lambda *_: runs.append(1))
    embed = embedder(backbone, torch.device("cpu"))
    for part in (slice(3), slice(1, 3)):
        np.testing.assert_allclose(embed(pictures[part]), expected[part], atol=1e-6)
    assert len(runs) == (1 if way == "flatten" else 3)  # compared once
    assert capsys.readouterr() == ("", "")


def test_batches_of_small_pictures_are_larger_and_none_is_empty():
    on_cpu = [pictures_at_a_time(side, torch.device("cpu")) for side in (64, 224, 600)]
    assert on_cpu == [16, 1, 1]
    assert pictures_at_a_time(600, torch.device("cuda")) == 64


def test_pictures_that_are_run_once_come_in_fours():
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    on_cpu = [pictures_kept_at_a_time(side, cpu) for side in (8, 64, 128, 224, 600)]
    assert on_cpu == [16, 16, 4, 4, 4]
    of_threads = [pictures_kept_at_a_time(224, cpu, threads) for threads in (4, 5, 64)]
    assert of_threads == [4, 8, 16]
    assert pictures_kept_at_a_time(224, cuda) == 16
