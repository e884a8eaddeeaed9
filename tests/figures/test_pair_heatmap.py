"""One pair of pictures, lit where the network finds them alike."""

import numpy as np
import pytest

from alignment.figures.pair_heatmap import SHARES, draw

PICTURES = [np.full((20, 30, 3), 200, np.uint8), np.full((40, 40, 3), 90, np.uint8)]


def shares(similarity):
    """Places that hold a similarity together, for each kind of maps."""
    values = np.full((4, 4), similarity / 16)
    return [dict.fromkeys(SHARES, values)] * 2


@pytest.mark.parametrize(
    ("similarity", "said"),
    [
        (0.5, "0.50"),
        (-0.25, "\N{MINUS SIGN}0.25\n(nothing to see)"),
        (0.05, "0.05\n(nothing to see)"),
        (np.nan, "not tested together"),
    ],
)
def test_panels_say_how_alike_the_pictures_are(similarity, said):
    figure = draw("a and b", ["a", "b"], PICTURES, shares(similarity), "stretch")
    panels = np.reshape(figure.axes, (2, 1 + len(SHARES)))
    for row in panels:
        for panel, label in zip(row[1:], SHARES.values(), strict=True):
            assert panel.get_title() == f"{label}: {said}"


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_pictures_are_shown_whole_beside_their_lit_places(saved, framing):
    figure = draw("a and b", ["a", "b"], PICTURES, shares(0.5), framing)
    panels = np.reshape(figure.axes, (2, 1 + len(SHARES)))
    assert [panel.get_title() for panel in panels[:, 0]] == ["a", "b"]
    for row, picture in zip(panels, PICTURES, strict=True):
        for panel in row:
            assert panel.images[0].get_array().shape == picture.shape
    assert figure.get_suptitle() == "a and b"
    saved(figure, width=round(300 * figure.get_figwidth()))
