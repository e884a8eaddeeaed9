"""Layers as a table for people."""

import pytest

from alignment.cutting.layers import (
    Layer,
    beside_in,
    candidates,
    format_layers,
    kilobytes,
    said_of_beside,
    time_written,
    written,
)


def test_layers_are_set_in_columns_with_their_marks():
    layers = [
        Layer("conv", "Conv2d", (64, 112, 112), True),
        Layer("layer4.1.relu_1", "ReLU", (512, 7, 7), False, "feature maps"),
    ]
    assert format_layers(layers).splitlines() == [
        "layer            type    output          values",
        "conv             Conv2d  64 x 112 x 112  signed",
        "layer4.1.relu_1  ReLU    512 x 7 x 7     0 or more  <- feature maps (default)",
    ]


def test_layers_that_something_passes_by_are_marked_and_explained():
    layers = [Layer("a.conv", "Conv2d", (8, 5, 5), True, "", ((10, 5, 5), (25, 10)))]
    *_, row, explained = format_layers(layers).splitlines()
    assert row == "a.conv  Conv2d  8 x 5 x 5  signed  + 2 kB per picture"
    assert explained.startswith("+ something passes the layer by on its way to the default emb")


def test_what_passes_by_is_named_with_its_cost():
    kept = {f"layer{k}": (10, 5, 5) for k in range(5)}
    assert said_of_beside("conv", kept).startswith(
        "layer0 (10 x 5 x 5), layer1 (10 x 5 x 5), layer2 (10 x 5 x 5) and 2 more pass the "
        "feature maps conv by: with a map off"
    )
    assert said_of_beside("conv", kept).endswith("5 kB per picture are kept for it")


def test_many_kilobytes_are_written_out():
    assert [kilobytes(n) for n in (600, 25_600, 400_000)] == ["2.4 kB", "102 kB", "1,600 kB"]


def test_what_passes_by_comes_in_the_order_of_its_numbers():
    found = {"feature_maps": 0, **{f"beside_{k}": k for k in (10, 0, 2)}}
    assert beside_in(found) == [0, 2, 10]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0123, "0.01 s"), (2.7, "3 s"), (27, "30 s"), (118, "2 minutes")]
)
def test_times_are_written_as_exactly_as_they_are_known(seconds, said):
    assert time_written(seconds) == said


def test_shapes_are_written_for_any_number_of_pictures():
    assert written((2, 197, 384)) == "N x 197 x 384"


def test_all_layers_are_named_where_no_command_lists_them():
    names = [f"layer{k}" for k in range(12)]
    assert candidates(names[:10], "vgg16") == ", ".join(names[:10])
    said = "layer2, layer3, layer4, layer5, layer6, layer7, layer8, layer9, layer10, layer11"
    command = "make layers MODEL=vgg16 lists all"
    assert candidates(names, "vgg16") == f"{said} and 2 before them ({command})"
    assert candidates(names, "topographic") == ", ".join(names)
