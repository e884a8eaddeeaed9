"""Which embeddings are the spatial mean of the maps, with what rounding may do."""

import numpy as np
import pytest

from alignment.heads.pooling import is_pooled


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda pooled: pooled, True),
        (lambda pooled: pooled * (1 + 1e-6), True),
        (lambda pooled: pooled * 1.01, False),
        (lambda pooled: pooled[:, ::-1], False),
        (lambda pooled: pooled[:, :-1], False),
        (lambda pooled: np.maximum(pooled, 0.45), False),
    ],
)
def test_an_embedding_is_pooled_if_it_is_the_mean_of_every_map(change, expected):
    maps = np.random.default_rng(0).random((4, 6, 5, 5)).astype(np.float32)
    embedding = change(maps.mean(axis=(2, 3)))
    assert is_pooled(maps, embedding) == expected


def test_what_rounding_may_do_is_relative_to_the_values():
    """Large values of both signs have small means, and small values no large tolerance."""
    rng = np.random.default_rng(0)
    signed = rng.normal(size=(4, 6, 5, 5)).astype(np.float32)
    signed -= signed.mean(axis=(2, 3), keepdims=True)
    for maps in (signed * 1e4, signed * 1e-8, np.abs(signed) * 1e-8):
        assert is_pooled(maps, maps.mean(axis=(2, 3)))
        assert not is_pooled(maps, maps.mean(axis=(2, 3)) + 1e-3 * np.abs(maps).mean())
