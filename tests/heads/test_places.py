"""Places left out, against the definition image by image and place by place."""

import numpy as np
import pytest
import torch
from oracle import fit, similarity_matrix
from torch import nn

from alignment.heads import places
from alignment.heads.places import place_drops

torch.manual_seed(0)
HEADS = {
    "pooled": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "layers": nn.Sequential(nn.Flatten(), nn.Linear(5 * 20, 7), nn.Tanh(), nn.Linear(7, 6)),
}


def test_what_passes_the_maps_by_stays():
    """The same as a head that has it inside, image by image."""
    rng = np.random.default_rng(0)
    maps, beside = (torch.from_numpy(rng.random((4, 3, 5, 5))) for _ in range(2))
    judgments = rng.random((4, 4))

    def head(values, ways):
        return (values + ways).amax((2, 3))

    embedding = head(maps, beside).numpy()
    found = place_drops(head, maps, embedding, judgments, beside=[beside])
    for i in range(4):
        alone = place_drops(
            lambda values, i=i: head(values, beside[i : i + 1]), maps, embedding, judgments
        )
        np.testing.assert_allclose(found[i], alone[i], atol=1e-12)
    assert found.any()


@pytest.mark.parametrize("reach", [0, 1])
@pytest.mark.parametrize(("kind", "similarity"), [("pooled", "pearson"), ("layers", "cosine")])
def test_a_place_is_worth_what_the_fit_loses_without_it(kind, similarity, reach):
    head = HEADS[kind].double().requires_grad_(False)
    rng = np.random.default_rng(0)
    maps, judgments = rng.random((6, 5, 4, 5)), rng.random((6, 6))
    judgments[1, [0, 5]] = np.nan
    judgments[3] = 2.0  # nobody tells the others apart
    embedding = head(torch.from_numpy(maps)).numpy()
    found = place_drops(head, torch.from_numpy(maps), embedding, judgments, similarity, reach)
    assert found.shape == (6, 4, 5)
    for i in range(6):
        part = [j for j in range(6) if j != i and np.isfinite(judgments[i, j])]
        if i == 3:
            assert not found[i].any()
            continue
        for y in range(4):
            for x in range(5):
                changed = maps[i : i + 1].copy()
                for a in range(4):
                    for b in range(5):
                        if abs(a - y) <= reach and abs(b - x) <= reach:
                            changed[0, :, a, b] = 0
                fits = []
                for row in (embedding[i : i + 1], head(torch.from_numpy(changed)).numpy()):
                    alike = similarity_matrix(np.vstack([row, embedding[part]]), similarity)
                    fits.append(fit(alike[0, 1:], judgments[i, part], "pearson"))
                assert found[i, y, x] == pytest.approx(fits[0] - fits[1], abs=1e-9)


def test_a_silent_image_leaves_those_judged_beside_it_without_a_fit():
    rng = np.random.default_rng(0)
    maps, judgments = torch.from_numpy(rng.random((4, 3, 6, 5))), rng.random((4, 4))
    judgments[1, 3] = np.nan
    maps[3] = 0
    embedding = maps.mean((2, 3)).numpy()
    found = place_drops(HEADS["pooled"], maps, embedding, judgments)
    assert found[1].any()
    assert not found[[0, 2, 3]].any()


def test_variants_are_made_a_few_at_a_time(monkeypatch):
    """All of 56 x 56 places at once would take 56 x 56 times as much as an image."""
    monkeypatch.setattr(places, "MOST_BYTES", 1000)
    rng, seen = np.random.default_rng(0), []
    maps, judgments = torch.from_numpy(rng.random((4, 3, 6, 5))), rng.random((4, 4))

    def head(values):
        seen.append(values.nbytes)
        return values.amax((2, 3))

    embedding = head(maps).numpy()
    seen.clear()
    place_drops(head, maps, embedding, judgments)
    assert max(seen) <= 1000
    assert sum(seen) == 4 * 30 * 720


def test_rows_that_are_views_of_the_maps_are_kept():
    rng = np.random.default_rng(0)
    maps, judgments = torch.from_numpy(rng.random((4, 2, 6, 5))), rng.random((4, 4))
    embedding = maps.flatten(1).numpy()
    found = place_drops(torch.nn.Flatten(), maps, embedding, judgments)
    copied = place_drops(lambda some: some.flatten(1) + 0, maps, embedding, judgments)
    np.testing.assert_array_equal(found, copied)
