"""The packs of the views against loops over what they were made from."""

import numpy as np
import pytest

from alignment.explorer import contents
from alignment.similarity.pairs import nearest_pairs

N_IMAGES, N_MAPS, SIDE, N_FOLDS = 7, 11, 3, 6
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def feature_maps():
    maps = np.maximum(RNG.normal(size=(N_IMAGES, N_MAPS, SIDE, SIDE)), 0).astype(np.float32)
    maps[:, 4] = 0
    return maps


def test_heatmaps_are_exact_and_best_maps_come_first(read, feature_maps):
    heatmap = RNG.random((N_IMAGES, SIDE, SIDE)).astype(np.float32)
    ais = RNG.normal(size=(N_IMAGES, N_MAPS))
    fit = RNG.random(N_IMAGES)
    pack = contents.heatmap_pack(heatmap, fit, ais, feature_maps)
    np.testing.assert_array_equal(read(pack["heatmap"]), heatmap)
    maps, scores, looks = (read(pack[name]) for name in ("maps", "scores", "looks"))
    for i in range(N_IMAGES):
        best = sorted(range(N_MAPS), key=lambda f: -ais[i, f])[: contents.N_BEST]
        assert maps[i].tolist() == best
        np.testing.assert_allclose(scores[i], ais[i, best], rtol=1e-6)
        for look, f in zip(looks[i], best, strict=True):
            peak = feature_maps[i, f].max()
            expected = 255 * feature_maps[i, f] / peak if peak else np.zeros((SIDE, SIDE))
            np.testing.assert_allclose(look, expected, atol=0.501)


def test_maps_show_the_pictures_that_excite_them_most(read, feature_maps):
    pack = contents.map_pack(feature_maps)
    top, activity = read(pack["top"]), read(pack["activity"])
    for f in range(N_MAPS):
        means = feature_maps[:, f].mean(axis=(1, 2))
        best = [i for i in sorted(range(N_IMAGES), key=lambda i: -means[i]) if means[i] > 0]
        assert top[f, : len(best)].tolist() == best
        assert (top[f, len(best) :] == N_IMAGES).all()
        np.testing.assert_allclose(activity[f, : len(best)], means[best], rtol=1e-5)


def pair_arrays(n, n_nearest=None):
    judgments, rsm = RNG.random((2, n, n))
    first, second = nearest_pairs(judgments, rsm, n_nearest or n)
    shares = RNG.normal(size=(2, len(first), SIDE, SIDE))
    shares[1, ::3] = np.nan
    pairs = {"first": first, "second": second, "all_maps": shares[0], "retained": shares[1]}
    scores = {
        "map": RNG.integers(0, N_MAPS, (len(first), 10)),
        "ais": RNG.normal(size=(len(first), 10)),
        "images": np.array([str(i) for i in range(n)]),
    }
    return pairs, scores


@pytest.mark.parametrize("n_nearest", [None, 2])
def test_every_listed_pair_is_found_again(read, n_nearest):
    pairs, scores = pair_arrays(N_IMAGES, n_nearest)
    pack = contents.pair_pack(pairs, scores)
    starts, second, retained = (read(pack[name]) for name in ("starts", "second", "retained"))
    held = np.unpackbits(read(pack["held"]), bitorder="little")
    for k, (i, j) in enumerate(zip(pairs["first"], pairs["second"], strict=True)):
        entries = range(starts[i], starts[i + 1])
        (entry,) = [entry for entry in entries if second[entry] == j]
        assert entry == k
        step = np.abs(pairs["all_maps"][k]).max() / 127
        np.testing.assert_allclose(read(pack["all"])[entry], pairs["all_maps"][k], atol=step)
        assert held[entry] == np.isfinite(pairs["retained"][k]).all()
        if held[entry]:
            step = np.abs(pairs["retained"][k]).max() / 127
            found = retained[held[:entry].sum()]
            np.testing.assert_allclose(found, pairs["retained"][k], atol=step)
        assert read(pack["maps"])[entry].tolist() == scores["map"][k, :3].tolist()


def test_shares_with_all_maps_are_held_once_for_cohorts_within_cohorts():
    def part(cohort, model, images, n_nearest=None):
        pack = contents.pair_pack(*pair_arrays(len(images), n_nearest))
        packs = {f"pairs/{cohort}/{model}": pack}
        return {"cohort": cohort, "model": model, "images": images, "packs": packs}

    parts = [
        part("few", "a", [1, 2, 3]),
        part("whole", "a", [0, 1, 2, 3, 4]),
        part("whole", "b", [0, 1, 2, 3, 4]),
        part("other", "a", [4, 5, 6]),
        part("nearest", "a", [0, 1, 2, 3], n_nearest=1),
    ]
    contents.without_repetition(parts)
    found = {(part["cohort"], part["model"]): next(iter(part["packs"].values())) for part in parts}
    assert found["few", "a"]["all_in"] == "whole"
    assert "all" not in found["few", "a"]
    for key in (("whole", "a"), ("whole", "b"), ("other", "a"), ("nearest", "a")):
        assert "all" in found[key]
        assert "all_in" not in found[key]


def test_folds_tell_scores_and_retained_maps(read):
    scores = RNG.normal(size=(N_FOLDS, N_MAPS))
    retained = RNG.random((N_FOLDS, N_MAPS)) < 0.5
    ais = RNG.normal(size=(N_IMAGES, N_MAPS))
    pack = contents.fold_pack(scores, retained, ais)
    step = np.abs(scores).max(axis=0)[:, None] / 127
    assert (np.abs(read(pack["scores"]) - scores.T) <= step).all()
    bits = np.unpackbits(read(pack["retained"]), axis=1, bitorder="little")[:, :N_FOLDS]
    assert (bits == retained.T).all()
    np.testing.assert_allclose(read(pack["share"]), retained.mean(axis=0), rtol=1e-6)
    for f in range(N_MAPS):
        best = sorted(range(N_IMAGES), key=lambda i: -ais[i, f])[: contents.N_BEST]
        assert read(pack["helped"])[f].tolist() == best


def test_pictures_come_in_packs_that_count_on():
    pictures = [np.full((4, 4, 3), k, np.uint8) for k in range(contents.PICTURES_TOGETHER + 2)]
    packs = contents.picture_packs(pictures)
    assert [len(pack["webp"]) for pack in packs.values()] == [contents.PICTURES_TOGETHER, 2]
    assert list(packs) == ["pictures/0", "pictures/1"]
