"""Layers as a table for people."""

from alignment.cutting.layers import Layer, format_layers, written


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


def test_shapes_are_written_for_any_number_of_pictures():
    assert written((2, 197, 384)) == "N x 197 x 384"
