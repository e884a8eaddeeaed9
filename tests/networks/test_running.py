"""Networks run over changed pictures."""

import numpy as np
import torch
from torch import nn

from alignment.networks.running import embedder, pictures_at_a_time, pictures_kept_at_a_time


class Backbone(nn.Module):
    def forward(self, pictures):
        return {"feature_maps": pictures, "embedding": 2 * pictures.mean(dim=(2, 3))}


def test_pictures_are_embedded_as_arrays():
    pictures = np.random.default_rng(0).random((4, 3, 5, 5), dtype=np.float32)
    rows = embedder(Backbone(), torch.device("cpu"))(pictures)
    assert isinstance(rows, np.ndarray)
    np.testing.assert_allclose(rows, 2 * pictures.mean(axis=(2, 3)), rtol=1e-6)


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
