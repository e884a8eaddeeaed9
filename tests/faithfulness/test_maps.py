"""The maps that are compared, and what they are called."""

import numpy as np
import pytest

from alignment.faithfulness.maps import CENTRED, LABELS, SALIENCY, label_of, maps_of, with_centred
from alignment.heatmaps.heatmaps import heatmap
from alignment.heatmaps.kinds import PLACES, SCORES, WEIGHTS


@pytest.mark.parametrize("negative_scores", [False, True])
def test_every_rival_of_the_same_size_is_made(negative_scores):
    rng = np.random.default_rng(0)
    feature_maps = rng.random((3, 5, 4, 4), dtype=np.float32)
    worth = {name: rng.normal(size=(3, 5)) for name in ("ais", *SCORES, *WEIGHTS)}
    worth |= {name: rng.normal(size=(3, 4, 4)) for name in PLACES}
    maps = maps_of(feature_maps, 1, 2, worth, negative_scores, rng)
    assert set(maps) == set(LABELS) - {"gaussian", *CENTRED}
    own, ais = feature_maps[1], worth["ais"]
    expected = {
        "ais": heatmap(own, ais[1], negative_scores),
        "reversed": heatmap(own, -ais[1], negative_scores),
        "other": heatmap(feature_maps[2], ais[2], negative_scores),
        "mean": own.mean(axis=0),
        **{name: heatmap(own, worth[name][1], negative_scores) for name in SCORES},
        **{name: worth[name][1] for name in PLACES},
    }
    for name in WEIGHTS:
        total = sum(w * m for w, m in zip(worth[name][1], own, strict=True))
        expected[name] = np.maximum(total, 0)
    for name, values in expected.items():
        np.testing.assert_allclose(maps[name], values, rtol=1e-5, atol=1e-6)
    assert all(values.shape == (4, 4) for values in maps.values())


def test_the_middle_is_laid_over_ais_and_over_the_mean_of_all_maps():
    rng = np.random.default_rng(0)
    maps = {name: rng.random((3, 5)) for name in ("ais", "cam", "mean")}
    gaussian = rng.random((3, 5))
    found = with_centred(maps, gaussian)
    assert list(found) == ["ais", "cam", "mean", "centred", "centred_mean"]
    np.testing.assert_array_equal(found["centred"], maps["ais"] * gaussian)
    np.testing.assert_array_equal(found["centred_mean"], maps["mean"] * gaussian)
    assert all(found[name] is values for name, values in maps.items())


def test_sources_of_saliency_have_their_own_names():
    assert label_of("ais") == "AIS"
    assert label_of(f"{SALIENCY}fine_grained") == "saliency, fine grained"
    assert label_of(f"{SALIENCY}mean") == "saliency, mean"
    assert label_of("mean") == "mean of all maps"
