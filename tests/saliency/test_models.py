"""Saliency models that need no weights."""

import sys

import cv2
import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.heatmaps.placement import enlarge
from alignment.saliency import models
from alignment.saliency.models import (
    BOTTOM_UP,
    bottom_up_map,
    centred_gaussian,
    without_saliency,
)

RNG = np.random.default_rng(0)


def picture_with_a_spot():
    picture = np.full((60, 80, 3), 120, dtype=np.uint8)
    picture[40:48, 10:18] = (220, 30, 30)
    return picture


@pytest.mark.parametrize("model", BOTTOM_UP)
def test_what_stands_out_is_salient(model):
    saliency = bottom_up_map(picture_with_a_spot(), model)
    kept = {"spectral_residual": ((64, 64), np.float32), "fine_grained": ((60, 80), np.uint8)}
    assert (saliency.shape, saliency.dtype) == kept[model]
    assert saliency.min() >= 0
    saliency = enlarge(saliency, (80, 60))
    row, column = np.unravel_index(saliency.argmax(), saliency.shape)
    assert 36 <= row < 52
    assert 6 <= column < 22


@pytest.mark.parametrize("model", BOTTOM_UP)
def test_a_picture_of_one_colour_has_an_empty_map(model):
    assert not bottom_up_map(np.full((30, 40, 3), 200, dtype=np.uint8), model).any()


@pytest.mark.parametrize("model", BOTTOM_UP)
def test_at_the_size_of_the_picture_maps_are_those_of_opencv_which_takes_bgr(model):
    picture = RNG.integers(0, 256, (81, 130, 3), dtype=np.uint8)
    algorithm = getattr(cv2.saliency, BOTTOM_UP[model])()
    _, expected = algorithm.computeSaliency(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    found = enlarge(bottom_up_map(picture, model), (130, 81))
    np.testing.assert_allclose(found / (255 if model == "fine_grained" else 1), expected, atol=1e-6)


def test_the_centred_gaussian_by_hand():
    baseline = centred_gaussian(np.zeros((2, 4, 3)))
    # Pixel centres at 1/8, 3/8 of the width from the centre, at 1/4 of the height
    expected = np.exp(-(np.array([0.375, 0.125, 0.125, 0.375]) ** 2 + 0.25**2) / (2 * 0.25**2))
    np.testing.assert_allclose(baseline, np.stack([expected] * 2), rtol=1e-6)


def test_opencv_without_its_saliency_models_is_explained(monkeypatch):
    monkeypatch.delattr(cv2, "saliency")
    installed = ["opencv-contrib-python-headless", "opencv-python-headless"]
    monkeypatch.setattr(models, "opencv_packages", lambda: installed)
    with pytest.raises(InputError) as raised:
        bottom_up_map(picture_with_a_spot(), "fine_grained")
    assert str(raised.value) == (
        "OpenCV has no saliency models: they are in opencv-contrib-python-headless, but "
        "opencv-python-headless is installed beside it and has overwritten its files; run pip "
        "uninstall --yes opencv-contrib-python-headless opencv-python-headless, then pip install "
        "opencv-contrib-python-headless."
    )


@pytest.mark.parametrize(
    ("packages", "cause"),
    [
        (["opencv-python"], "but only opencv-python is installed; run pip uninstall --yes opencv-"),
        (["opencv-contrib-python"], "but the one installed is damaged; run pip uninstall"),
        ([], "damaged; run pip install opencv-contrib-python-headless."),
    ],
)
def test_each_way_to_have_the_wrong_opencv_is_told_apart(packages, cause):
    assert cause in without_saliency(packages)


def test_a_missing_opencv_is_explained(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(
        InputError, match=r"need OpenCV.*pip install opencv-contrib-python-headless"
    ):
        bottom_up_map(picture_with_a_spot(), "fine_grained")


def test_opencv_is_found_by_the_name_of_its_package():
    assert "opencv-contrib-python-headless" in models.opencv_packages()
