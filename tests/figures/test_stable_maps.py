"""The images that excite stable maps, outlined where they do."""

import numpy as np
import pytest

from alignment.figures.stable_maps import N_MAPS, draw, title_of


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_maps_are_outlined_in_their_pictures(saved, framing):
    activity = np.zeros((7, 7))
    activity[2:5, 2:5] = 1
    pictures = [np.full((20, 30, 3), 200, np.uint8), np.full((40, 40, 3), 9, np.uint8)]
    figure = draw(
        "title", ["map 3", "map 5"], [pictures, pictures[:1]], [[activity] * 2, [activity]], framing
    )
    (panel,) = figure.axes
    assert [text.get_text() for text in panel.texts] == ["map 3", "map 5"]
    assert len(panel.collections) == 3
    # The second picture lies in the second cell, and the outline around its centre.
    (outline,) = panel.collections[1].get_paths()
    assert outline.vertices.mean(axis=0) == pytest.approx([1.5, 0.5], abs=0.05)
    assert len(panel.images) == 3
    assert panel.images[0].get_array().shape == (20, 30, 3)
    left, right, bottom, top = panel.images[1].get_extent()
    assert (left + right) / 2 == pytest.approx(1.5)
    assert right - left == pytest.approx(bottom - top)
    saved(figure)


def test_a_model_without_a_stable_map_says_so(saved):
    figure = draw("no map is retained", [], [], [], "stretch")
    assert [text.get_text() for text in figure.texts] == ["no map is retained"]
    assert not figure.axes
    saved(figure)


@pytest.mark.parametrize(
    ("n_stable", "said"),
    [
        (0, "no map is retained in 90 % of the folds\n(the most frequent one in 75 %)."),
        (1, "the images that most excite the 1 map retained in 90 % of the folds"),
        (N_MAPS, f"most excite the {N_MAPS} maps retained in 90 % of the folds"),
        (40, f"the {N_MAPS} most stable of the 40 maps retained in 90 % of the folds"),
    ],
)
def test_the_title_says_how_many_maps_there_are(n_stable, said):
    title = title_of("animals, vgg16", n_stable, 0.9, 0.75)
    assert title.startswith("animals, vgg16")
    assert said in title
