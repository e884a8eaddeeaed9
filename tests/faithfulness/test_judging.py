"""Keep and delete against a naive loop, planted truth, and what a leak would do."""

import numpy as np
import pytest
from oracle import fit, similarity_matrix

from alignment.faithfulness.halves import halves
from alignment.faithfulness.judging import Design, fits_of, judge
from alignment.faithfulness.maps import maps_of
from alignment.faithfulness.summary import tests as paired_tests
from alignment.heads.pooled import PooledRemovals
from alignment.heatmaps.placement import enlarge
from alignment.heatmaps.rivals import judgment_weights, others

SIDE, PATCH = 24, 4  # pixels of a picture, and of a place of a feature map
N_MAPS = 40
ALL = slice(0, SIDE), slice(0, SIDE)


def network(rng):
    """A network whose maps look at places through colour filters, and its embedding."""
    filters = rng.normal(size=(N_MAPS, 3))

    def maps(pictures):
        places = pictures.reshape(len(pictures), 3, SIDE // PATCH, PATCH, SIDE // PATCH, PATCH)
        return np.maximum(np.einsum("fc,ncyx->nfyx", filters, places.mean(axis=(3, 5))), 0)

    return maps, lambda pictures: maps(pictures).mean(axis=(2, 3))


def pictures_of(rng, n):
    """Red and green at the left, blue at the right."""
    pictures = np.zeros((n, 3, SIDE, SIDE))
    left = rng.uniform(-1, 1, (n, 2, SIDE // PATCH, SIDE // PATCH // 2))
    left += rng.uniform(-2, 2, (n, 2, 1, 1))
    right = rng.uniform(-2, 2, (n, 1, SIDE // PATCH, SIDE // PATCH // 2))
    right += rng.uniform(-2, 2, (n, 1, 1, 1))
    grow = np.ones((PATCH, PATCH))
    pictures[:, :2, :, : SIDE // 2] = np.kron(left, grow)
    pictures[:, 2:, :, SIDE // 2 :] = np.kron(right, grow)
    return pictures.astype(np.float32)


def judged(judgments, pictures, maps, embed, parts=None, shares=(10, 20, 30), similarity="pearson"):
    """Return the table of a cohort: the maps of the stage but for Grad-CAM and saliency."""
    rng = np.random.default_rng(0)
    n = len(pictures)
    parts = parts or halves(judgments, [str(k) for k in range(n)], rng)
    feature_maps, embedding = maps(pictures), embed(pictures)
    weights = {
        "ais": PooledRemovals(embedding, similarity).image_scores(np.arange(n), parts[0])[0],
        "cam": judgment_weights(embedding, parts[0], similarity),
        "grad_cam": np.full((n, N_MAPS), np.nan),
    }
    partner = others(n, rng)

    def shown():
        for k, picture in enumerate(pictures):
            coarse = maps_of(feature_maps, k, partner[k], weights, False, rng)
            yield picture, ALL, {name: enlarge(m, (SIDE, SIDE)) for name, m in coarse.items()}

    design = Design(shares, ["mean"], similarity, batch_size=5)
    rows = [
        {"image": k, **row}
        for k, own in enumerate(judge(shown(), embed, embedding, parts, design, rng))
        for row in own
    ]
    return rows, parts


def compared(rows):
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {(row["test"], row["map"]): row for row in paired_tests(table)}


@pytest.fixture(scope="module")
def planted():
    """Only what is at the left decides which pictures people find alike."""
    rng = np.random.default_rng(5)
    maps, embed = network(rng)
    pictures = pictures_of(rng, 60)
    left = pictures.copy()
    left[..., SIDE // 2 :] = 0
    judgments = similarity_matrix(embed(left), "pearson")
    noise = rng.normal(size=judgments.shape)
    return judgments + 0.05 * (noise + noise.T), pictures, maps, embed


def test_a_planted_half_is_found_in_both_tests(planted):
    rows, _ = judged(*planted)
    found = compared(rows)
    for test in ("keep", "delete"):
        for rival in ("random", "reversed"):
            row = found[test, rival]
            assert row["low"] > 0, row
    # And it lies at the left.
    judgments, pictures, maps, embed = planted
    scores, _ = PooledRemovals(embed(pictures)).image_scores(np.arange(60), judgments)
    weights = np.maximum(scores, 0)
    heat = np.einsum("nf,nfyx->nyx", weights, maps(pictures))
    middle = heat.shape[2] // 2
    assert heat[:, :, :middle].sum() > 2 * heat[:, :, middle:].sum()


def test_nothing_is_found_where_judgments_are_noise_unless_what_chose_also_judges(planted):
    _, pictures, maps, embed = planted
    noise = np.random.default_rng(7).normal(size=(60, 60))
    noise += noise.T
    honest = compared(judged(noise, pictures, maps, embed)[0])["delete", "reversed"]
    assert honest["p"] > 0.05
    with pytest.raises(ValueError, match="comparisons choose places and judge the choice"):
        judged(noise, pictures, maps, embed, parts=(noise, noise))
    # What the check prevents: the same judgments, passed off as two halves.
    leaked = compared(leaking(noise, pictures, maps, embed))["delete", "reversed"]
    assert leaked["low"] > 0
    assert leaked["p"] < 1e-3


def leaking(noise, pictures, maps, embed):
    """Judge by the half that chose, behind the back of the check."""
    import alignment.faithfulness.judging as module

    check, module.check_apart = module.check_apart, lambda choosing, judging: None
    try:
        choosing, _ = halves(noise, [str(k) for k in range(60)], np.random.default_rng(0))
        return judged(noise, pictures, maps, embed, parts=(choosing, choosing))[0]
    finally:
        module.check_apart = check


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_the_table_is_that_of_a_naive_loop_over_pictures(similarity):
    rng = np.random.default_rng(2)
    _, embed = network(rng)
    pictures = pictures_of(rng, 9)
    judgments = rng.random((9, 9))
    judgments += judgments.T
    shares = (10, 30)
    ties = np.random.default_rng(9)

    def shown(values):
        for picture, own in zip(pictures, values, strict=True):
            yield picture, ALL, own

    values = [
        {
            "noise": rng.random((SIDE, SIDE)),
            "levels": rng.integers(0, 3, (SIDE, SIDE)),
            "flat": np.ones((SIDE, SIDE)),
        }
        for _ in pictures
    ]
    parts = halves(judgments, list("abcdefghi"), rng)
    design = Design(shares, ["mean"], similarity, batch_size=4)
    found = list(judge(shown(values), embed, embed(pictures), parts, design, ties))
    ties = np.random.default_rng(9)
    for i, own in enumerate(found):
        drawn = ties.random((SIDE, SIDE), dtype=np.float32)
        assert len(own) == 2 * 2 * 3
        for row in own:
            part = [j for j in range(9) if np.isfinite(parts[1][i, j])]
            whole = embed(pictures)
            before = similarity_matrix(np.vstack([whole[i], whole[part]]), similarity)[0, 1:]
            assert row["r_before"] == pytest.approx(fit(before, judgments[i, part], "pearson"))
            if row["map"] == "flat":
                assert np.isnan(row["r_after"])
                continue
            changed = naively_changed(pictures[i], values[i][row["map"]], drawn, row)
            rows = np.vstack([embed(changed[None]), whole[part]])
            after = similarity_matrix(rows, similarity)[0, 1:]
            expected = fit(after, judgments[i, part], "pearson")
            assert row["r_after"] == pytest.approx(expected, abs=1e-6)  # pictures are float32


def naively_changed(picture, values, ties, row):
    """One pixel after the other, from the highest down."""
    pixels = [(y, x) for y in range(SIDE) for x in range(SIDE)]
    pixels.sort(key=lambda p: (-values[p], ties[p]))
    top = pixels[: round(row["share"] / 100 * SIDE * SIDE)]
    mean = [picture[c].mean() for c in range(3)]
    changed = picture.copy()
    for pixel in pixels:
        if (pixel in top) != (row["test"] == "keep"):
            for c in range(3):
                changed[c][pixel] = mean[c]
    return changed


def test_padding_stays_as_it_is():
    seen = []

    def embed(pictures):
        seen.extend(pictures)
        return pictures.mean(axis=(2, 3)).repeat(2, axis=1)

    rng = np.random.default_rng(0)
    pictures = rng.random((8, 3, 12, 12), dtype=np.float32)
    place = slice(3, 9), slice(0, 12)
    judgments = rng.random((8, 8))
    parts = halves(judgments, list("abcdefgh"), rng)
    shown = [(picture, place, {"noise": rng.random((6, 12))}) for picture in pictures]
    list(judge(shown, embed, embed(pictures), parts, Design([50], ["mean"]), rng))
    for k, picture in enumerate(seen[8:]):
        whole = pictures[k // 2]
        np.testing.assert_array_equal(picture[:, :3], whole[:, :3])
        np.testing.assert_array_equal(picture[:, 9:], whole[:, 9:])
        assert (picture == whole)[0, 3:9].sum() == 36


def test_an_embedding_that_does_not_vary_has_no_fit():
    rng = np.random.default_rng(0)
    embedding, judgments = rng.random((6, 4)), rng.random(6)
    judgments[0] = np.nan
    fits = fits_of(np.vstack([np.zeros((1, 4)), embedding[:1]]), embedding, judgments, "pearson")
    assert np.isnan(fits[0])
    assert fits[1] == pytest.approx(
        fit(similarity_matrix(embedding, "pearson")[0, 1:], judgments[1:], "pearson")
    )
