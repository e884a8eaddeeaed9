"""The maps that are compared, and what they are called."""

import numpy as np
import pytest

from alignment.faithfulness.maps import LABELS, SALIENCY, label_of, maps_of
from alignment.heatmaps.heatmaps import heatmap


@pytest.mark.parametrize("negative_scores", [False, True])
def test_every_rival_of_the_same_size_is_made(negative_scores):
    rng = np.random.default_rng(0)
    feature_maps = rng.random((3, 5, 4, 4), dtype=np.float32)
    weights = {name: rng.normal(size=(3, 5)) for name in ("ais", "cam", "grad_cam")}
    drops = {name: rng.normal(size=(3, 4, 4)) for name in ("place", "places")}
    maps = maps_of(feature_maps, 1, 2, weights, drops, negative_scores, rng)
    assert set(maps) == set(LABELS) - {"gaussian"}
    own, ais = feature_maps[1], weights["ais"]
    expected = {
        "ais": heatmap(own, ais[1], negative_scores),
        "reversed": heatmap(own, -ais[1], negative_scores),
        "other": heatmap(feature_maps[2], ais[2], negative_scores),
        "mean": own.mean(axis=0),
        **{name: values[1] for name, values in drops.items()},
    }
    for name in ("cam", "grad_cam"):
        total = sum(w * m for w, m in zip(weights[name][1], own, strict=True))
        expected[name] = np.maximum(total, 0)
    for name, values in expected.items():
        np.testing.assert_allclose(maps[name], values, rtol=1e-5, atol=1e-6)
    assert all(values.shape == (4, 4) for values in maps.values())


def test_sources_of_saliency_have_their_own_names():
    assert label_of("ais") == "AIS"
    assert label_of(f"{SALIENCY}fine_grained") == "saliency, fine grained"
    assert label_of(f"{SALIENCY}mean") == "saliency, mean"
    assert label_of("mean") == "mean of all maps"
