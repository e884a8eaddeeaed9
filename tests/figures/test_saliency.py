"""Areas of heatmaps and saliency maps: outlined on the picture, with their relative risk."""

import numpy as np
import pytest

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.saliency import SHARE, areas, draw, risks_of
from alignment.saliency.measures import RELATIVE_RISKS

KINDS = {"transalnet": "folder", "fine_grained": "bottom-up saliency", "gaussian": "baseline"}


@pytest.mark.parametrize("framing", ["stretch", "crop"])
def test_areas_lie_on_the_picture_and_hold_a_tenth_of_it(framing):
    heatmap = np.zeros((7, 7))
    heatmap[3, 2] = 1
    saliency_map = np.arange(30 * 50.0).reshape(30, 50)
    heat, salient = areas(heatmap, saliency_map, (50, 30), framing)
    seen = 30 * (50 if framing == "stretch" else 30)
    assert heat.shape == salient.shape == (30, 50)
    assert salient.sum() == pytest.approx(seen / 10, abs=1)
    assert heat.sum() <= seen / 10 + 1
    row, column = np.argwhere(heat).mean(axis=0)
    assert row == pytest.approx(14.5, abs=1)
    assert column == pytest.approx(
        (2.5 / 7 * 50 if framing == "stretch" else 10 + 2.5 / 7 * 30) - 0.5, abs=1
    )


def test_pictures_have_both_areas_outlined_and_their_relative_risk(saved):
    rng = np.random.default_rng(0)
    images = [f"{k:02}" for k in range(9)]
    pictures = {
        image: rng.integers(0, 255, (40, 20, 3) if image == "01" else (30, 30, 3), dtype=np.uint8)
        for image in images
    }
    heatmap = rng.random((9, 7, 7)).astype(np.float32)
    heatmap[0] = 0
    heatmaps = {
        model: SavedHeatmaps("cohort", model, images, heatmap, "stretch", pictures)
        for model in ("a", "b")
    }
    maps = {s: {i: rng.random((6, 6)) for i in images} for s in ("transalnet", "fine_grained")}
    risks = {(m, s, i): 2.25 for m in heatmaps for s in maps for i in images}
    risks |= {("a", "transalnet", "00"): np.nan, ("b", "fine_grained", "08"): np.inf}
    figure = draw("cohort", heatmaps, maps, risks, KINDS, 8)
    panels = np.reshape(figure.axes, (4, 6))
    assert [panel.get_ylabel() for panel in panels[:, 0]] == [
        f"{model}\n{label}"
        for model in heatmaps
        for label in ("transalnet", "fine grained\n(bottom-up saliency)")
    ]
    shown = [panel.get_xlabel() for panel in panels.flat]
    assert shown == ["–", *["2.2"] * 22, "∞"]
    outlines = [len(panel.collections) for panel in panels.flat]
    # The heatmap of the first picture is empty.
    assert outlines == [1 if k % 6 == 0 else 2 for k in range(24)]
    saved(figure)


def test_risks_are_those_of_the_share_that_is_drawn():
    table = {
        "model": np.array(["m", "m", "n"]),
        "source": np.array(["s", "t", "s"]),
        "image": np.array(["01", "01", "02"]),
        **{name: np.full(3, np.nan) for name in RELATIVE_RISKS},
    }
    table[RELATIVE_RISKS[SHARE]] = np.array([1.5, np.inf, 0.5])
    assert risks_of(table) == {
        ("m", "s", "01"): 1.5,
        ("m", "t", "01"): np.inf,
        ("n", "s", "02"): 0.5,
    }
