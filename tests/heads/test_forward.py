"""Heads that are run again: batches within memory, and no pass for what cannot change."""

import numpy as np
import oracle
import pytest
import torch
from switched_off import arrays_of
from torch import nn

from alignment.heads.forward import INTERMEDIATE, ForwardHead

N_IMAGES, N_MAPS, SIZE = 7, 5, 3


class Counting(nn.Module):
    """A convolution and pooling; notes the size of every batch."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(
            nn.Conv2d(N_MAPS, 6, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.layers.double().eval()
        self.batches = []

    def forward(self, maps):
        self.batches.append(len(maps))
        return self.layers(maps)


@pytest.fixture
def maps():
    rng = np.random.default_rng(0)
    values = np.maximum(rng.normal(size=(N_IMAGES, N_MAPS, SIZE, SIZE)), 0)
    values[:, 4] = 0
    values[2:, 1] = 0  # silent but in two images
    return torch.from_numpy(values)


@pytest.mark.parametrize(("n_fit", "largest"), [(1, 1), (3, 3), (100, N_IMAGES), (0.5, 1)])
def test_batches_are_as_large_as_memory_allows(maps, n_fit, largest):
    memory = int(n_fit * INTERMEDIATE * N_MAPS * SIZE * SIZE * 8)
    layers = Counting()
    head = ForwardHead(layers, maps, memory=memory)
    assert head.batch_size == largest
    saved = arrays_of(head)
    assert max(layers.batches) == largest
    expected = arrays_of(ForwardHead(Counting(), maps))
    for name, found in saved.items():
        np.testing.assert_allclose(found, expected[name], atol=1e-12)


def test_images_in_which_a_map_is_silent_are_not_run_again(maps):
    layers = Counting()
    head = ForwardHead(layers, maps)
    arrays_of(head)
    # All images once; then those in which a map is active, of which map 4 has none.
    assert layers.batches == [N_IMAGES, N_IMAGES, 2, N_IMAGES, N_IMAGES]
    layers.batches.clear()
    steps = list(head.growing(np.array([1, 4, 0, 2, 3]), np.arange(4)))
    assert len(steps) == N_MAPS
    assert layers.batches == [N_IMAGES, 2, N_IMAGES, N_IMAGES, N_IMAGES]


def test_only_the_images_of_the_pairs_are_run_for_a_set(maps):
    layers = Counting()
    head = ForwardHead(layers, maps)
    pairs = np.array([0, 1])  # images 0, 1 and 2
    head.similarities_of_sets(np.ones((2, N_MAPS), dtype=bool), pairs)
    assert layers.batches == [3, 3]


def test_what_passes_the_maps_by_stays_with_its_image(maps):
    """All three ways of switching maps, batches of two images, against the definition."""
    rng = np.random.default_rng(1)
    beside = [torch.from_numpy(rng.normal(size=(N_IMAGES, *shape))) for shape in ((6, 2, 2), (6,))]

    class Added(Counting):
        def forward(self, maps, ways, gates):
            return ((self.layers[0](maps) + ways).relu().amax((2, 3)) * gates).tanh()

    layers = Added()

    def plain(values):
        with torch.no_grad():
            return layers(torch.from_numpy(values), *beside).numpy()

    image = sum(values[0].numel() * 8 for values in (maps, *beside))
    head = ForwardHead(layers, maps, memory=2 * INTERMEDIATE * image, beside=beside)
    assert head.batch_size == 2
    pairs = np.triu_indices(N_IMAGES, 1)
    saved = arrays_of(head)
    whole = plain(maps.numpy())
    for f in range(N_MAPS):
        kept = [g for g in range(N_MAPS) if g != f]
        without = plain(oracle.with_maps(maps.numpy(), kept))
        expected = oracle.similarity_matrix(without, "pearson")[pairs]
        np.testing.assert_allclose(saved["rsm_without"][f], expected, atol=1e-12)
        for i in range(N_IMAGES):
            rows = np.vstack([without[i : i + 1], np.delete(whole, i, axis=0)])
            expected = oracle.similarity_matrix(rows, "pearson")[0, 1:]
            found = np.delete(saved["rsm_without_one_side"][i, f], i)
            np.testing.assert_allclose(found, expected, atol=1e-12)
    order, some = np.array([3, 1, 4, 0, 2]), np.array([0, 5, 9])
    steps = np.concatenate(list(head.growing(order, some)))
    sets = np.array([[True, False, True, False, True]])
    for k in range(1, N_MAPS + 1):
        grown = plain(oracle.with_maps(maps.numpy(), list(order[:k])))
        expected = oracle.similarity_matrix(grown, "pearson")[pairs][some]
        np.testing.assert_allclose(steps[k - 1], expected, atol=1e-12)
    chosen = plain(oracle.with_maps(maps.numpy(), [0, 2, 4]))
    expected = oracle.similarity_matrix(chosen, "pearson")[pairs][some]
    np.testing.assert_allclose(head.similarities_of_sets(sets, some)[0], expected, atol=1e-12)


def test_the_feature_maps_are_left_as_they_are(maps):
    before = maps.clone()
    head = ForwardHead(Counting(), maps)
    arrays_of(head)
    list(head.growing(np.arange(N_MAPS), np.arange(3)))
    head.similarities_of_sets(np.zeros((1, N_MAPS), dtype=bool), np.arange(3))
    assert torch.equal(maps, before)
