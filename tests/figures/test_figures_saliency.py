"""Figures of heatmaps and saliency: what is outlined, written and labelled."""

from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import plot_relative_risk
import plot_saliency
import pytest
from PIL import Image

from alignment.figures.charts import save, source_label, use_style
from alignment.heatmaps.overlays import SavedHeatmaps
from alignment.saliency.measures import RELATIVE_RISKS

STYLE = Path(plot_saliency.__file__).with_name("figures.mplstyle")
KINDS = {"transalnet": "folder", "fine_grained": "bottom-up saliency", "gaussian": "baseline"}


@pytest.fixture(autouse=True)
def style():
    use_style(STYLE)
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


@pytest.mark.parametrize(("source", "kind"), KINDS.items())
def test_bottom_up_saliency_is_never_called_anything_else(source, kind):
    label = source_label(source, kind)
    assert ("bottom-up saliency" in label) == (kind == "bottom-up saliency")
    assert "gaze" not in label


@pytest.mark.parametrize("framing", ["stretch", "crop"])
def test_areas_lie_on_the_picture_and_hold_a_tenth_of_it(framing):
    heatmap = np.zeros((7, 7))
    heatmap[3, 2] = 1
    saliency_map = np.arange(30 * 50.0).reshape(30, 50)
    heat, salient = plot_saliency.areas(heatmap, saliency_map, (50, 30), framing)
    seen = 30 * (50 if framing == "stretch" else 30)
    assert heat.shape == salient.shape == (30, 50)
    assert salient.sum() == pytest.approx(seen / 10, abs=1)
    assert heat.sum() <= seen / 10 + 1
    row, column = np.argwhere(heat).mean(axis=0)
    assert row == pytest.approx(14.5, abs=1)
    assert column == pytest.approx(
        (2.5 / 7 * 50 if framing == "stretch" else 10 + 2.5 / 7 * 30) - 0.5, abs=1
    )


def test_pictures_have_both_areas_outlined_and_their_relative_risk(tmp_path):
    rng = np.random.default_rng(0)
    images = tuple(f"{k:02}" for k in range(9))
    for k, image in enumerate(images):
        size = (40, 20, 3) if k == 1 else (30, 30, 3)
        Image.fromarray(rng.integers(0, 255, size, dtype=np.uint8)).save(tmp_path / f"{image}.png")
    heatmap = rng.random((9, 7, 7)).astype(np.float32)
    heatmap[0] = 0
    heatmaps = {m: SavedHeatmaps(images, heatmap, "stretch", tmp_path) for m in ("a", "b")}
    maps = {s: {i: rng.random((6, 6)) for i in images} for s in ("transalnet", "fine_grained")}
    risks = {(m, s, i): 2.25 for m in heatmaps for s in maps for i in images}
    risks |= {("a", "transalnet", "00"): np.nan, ("b", "fine_grained", "08"): np.inf}
    figure = plot_saliency.draw("cohort", heatmaps, maps, risks, KINDS, 8)
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
    save(figure, tmp_path / "f.png", tmp_path / "f.pdf")
    assert Image.open(tmp_path / "f.png").width == 2100


def summary_of(cohorts, models, kinds):
    keys = np.array(list(product(cohorts, models, kinds, RELATIVE_RISKS)))
    table = dict(zip(("cohort", "model", "source", "measure"), keys.T, strict=True))
    n = len(keys)
    table |= {name: np.full(n, np.nan) for name in ("null_low", "null_high", "p_holm")}
    table |= {"value": np.full(n, np.log(2)), "low": np.full(n, 0.0), "high": np.full(n, 1.0)}
    tested = table["source"] != "gaussian"
    table["null_low"][tested], table["null_high"][tested] = -0.2, 0.3
    table["p_holm"][tested] = 0.2
    return table


@pytest.mark.parametrize(("n_cohorts", "n_models"), [(1, 1), (3, 2), (6, 4)])
def test_relative_risks_are_drawn_with_their_null_and_stars(tmp_path, n_cohorts, n_models):
    cohorts = ["animals", "cars", "fruits", "furniture", "various", "vegetables"][:n_cohorts]
    models = ["vgg16_imagenet", "vgg16_ecoset", "resnet152", "densenet161_random"][:n_models]
    summary = summary_of(cohorts, models, KINDS)
    summary["p_holm"][0] = 0.01
    summary["value"][1], summary["high"][1] = np.inf, np.inf
    summary["value"][2] = summary["low"][2] = summary["high"][2] = np.nan
    figure = plot_relative_risk.draw(summary, cohorts, models, KINDS)
    panels = np.reshape(figure.axes, (n_cohorts, 3))
    assert [panel.get_title() for panel in panels[0]] == [source_label(*k) for k in KINDS.items()]
    assert texts(figure) == ["*"]
    assert len(panels[0, 0].patches) == len(RELATIVE_RISKS) * n_models
    assert len(panels[0, 2].patches) == 0
    dots = [line for line in panels[0, 1].lines if line.get_marker() == "o"]
    assert [dot.get_ydata()[0] for dot in dots] == pytest.approx([2] * 3 * n_models)
    assert (
        len([line for line in panels[0, 0].lines if line.get_marker() == "o"]) == 3 * n_models - 1
    )
    save(figure, tmp_path / "f.png", tmp_path / "f.pdf")
    assert Image.open(tmp_path / "f.png").width == 2100
