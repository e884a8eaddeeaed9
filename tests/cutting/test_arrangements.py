"""Arrangements: outputs become maps in which every value is at its place, or are not understood."""

import pytest
import torch

from alignment.cutting.arrangements import (
    Arrangement,
    arrangement_of,
    is_cube,
    is_on_coarser_grid,
    maps_of,
    may_be_flat,
    others_of,
    output_of,
    sides_of,
)

SHAPES = {
    "channels first": ((2, 512, 7, 7), (), Arrangement("channels first", 512, 7)),
    "channels last": ((2, 7, 7, 768), (), Arrangement("channels last", 768, 7)),
    "class token": ((2, 197, 384), {14}, Arrangement("tokens", 384, 14, 1)),
    "registers": ((2, 261, 384), {16}, Arrangement("tokens", 384, 16, 5)),
    "small grid": ((2, 5, 768), {2}, Arrangement("tokens", 768, 2, 1)),
    "patches alone": ((2, 196, 512), {14}, Arrangement("tokens", 512, 14, 0)),
    "no convolution": ((2, 65, 48), (), Arrangement("tokens", 48, 8, 1)),
    "tokens before pictures": ((50, 2, 64), {7}, Arrangement("tokens before pictures", 64, 7, 1)),
    "patches before pictures": ((49, 2, 64), {7}, Arrangement("tokens before pictures", 64, 7, 0)),
    "as many tokens as channels": ((2, 196, 196), {14}, None),
    "channels on a grid, too": ((2, 65, 64), {8}, None),
    "channels like places and others": ((2, 17, 24), {4}, Arrangement("tokens", 24, 4, 1)),
    "windows": ((128, 49, 96), {7}, None),
    "windows of maps": ((128, 96, 7, 7), (), None),
    "pooled": ((2, 512, 1, 1), (), None),
    "not square": ((2, 512, 7, 8), (), None),
    "vector": ((2, 512), (), None),
    "no square number": ((2, 60, 48), (), None),
    "another grid": ((2, 150, 48), {14}, None),
    "two others, no convolution": ((2, 66, 48), (), None),
    "flattened maps": ((2, 64, 49), {8, 7}, None),
}


@pytest.mark.parametrize("case", SHAPES)
def test_an_output_is_understood_by_its_shape(case):
    shape, sides, expected = SHAPES[case]
    assert arrangement_of(shape, sides) == expected


@pytest.mark.parametrize("case", [case for case in SHAPES if SHAPES[case][2] is not None])
def test_every_value_comes_to_its_place(case):
    shape, sides, _ = SHAPES[case]
    found = arrangement_of(shape, sides)
    f, g = found.n_maps, found.side
    output = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    maps = maps_of(output, found.kind, g, found.n_others)
    assert maps.shape == (2, *found.maps_shape)
    for b, c, row, column in [(0, 0, 0, 0), (1, f - 1, g - 1, 0), (1, 3, 1, g - 2)]:
        token = found.n_others + row * g + column
        where = {
            "channels first": (b, c, row, column),
            "channels last": (b, row, column, c),
            "tokens": (b, token, c),
            "tokens before pictures": (token, b, c),
        }
        assert maps[b, c, row, column] == output[where[found.kind]]
    if not found.n_others:
        assert torch.equal(output_of(maps, found.kind), output)


def test_sides_are_those_of_square_maps():
    shapes = [(2, 3, 8, 8), (2, 64, 1, 1), (2, 4, 4, 96), (2, 17, 32), (2, 5), (2, 3, 5, 6)]
    assert sides_of(shapes) == {8, 4}


@pytest.mark.parametrize("kind", ["tokens", "tokens before pictures"])
def test_tokens_that_lie_nowhere_are_those_before_the_others(kind):
    tokens = torch.rand(2, 4 + 9, 5, generator=torch.Generator().manual_seed(0))
    output = tokens if kind == "tokens" else tokens.transpose(0, 1)
    others = others_of(output, kind, 4)
    assert others.shape == (2, 5, 4)
    assert torch.equal(others[1, 3], tokens[1, :4, 3])
    # With those of places behind them they are brought back to the order of the layer.
    together = torch.cat([others, maps_of(output, kind, 3, 4).flatten(2)], dim=2)[:, :, None]
    assert torch.equal(output_of(together, kind), output)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((2, 49, 192), True),
        ((2, 50, 192), True),  # with a class token
        ((2, 49, 96), False),  # heads, perhaps
        ((2, 48, 192), False),
        ((2, 196, 192), False),
        ((2, 1, 192), False),
        ((8, 49, 192), False),  # windows
        ((2, 7, 7, 192), False),
    ],
)
def test_fewer_and_longer_tokens_are_on_a_coarser_grid(shape, expected):
    assert is_on_coarser_grid(shape, Arrangement("tokens", 96, 14)) is expected
    assert is_on_coarser_grid(shape, Arrangement("channels first", 96, 14)) is expected


def test_maps_that_were_merely_flattened_are_on_no_coarser_grid():
    assert not is_on_coarser_grid((2, 16, 256), Arrangement("channels first", 16, 16))


@pytest.mark.parametrize("order", ["channels first", "channels last"])
def test_outputs_whose_shape_does_not_tell_are_read_as_somebody_knows(order):
    assert arrangement_of((2, 6, 6, 6), of_cube=order) == Arrangement(order, 6, 6)
    assert arrangement_of((2, 6, 6, 6), of_cube=None) is None
    assert arrangement_of((2, 7, 6, 6), of_cube=None) == Arrangement("channels first", 7, 6)
    assert [is_cube((2, 6, 6, n)) for n in (6, 7)] == [True, False]


def test_lists_whose_shape_does_not_tell_are_read_as_somebody_knows():
    for shape, others in (((2, 64, 64), 0), ((2, 65, 64), 1)):
        assert may_be_flat(shape, {8})
        assert arrangement_of(shape, {8}, of_list=True) == Arrangement("tokens", 64, 8, others)
        for told in (False, None):
            assert arrangement_of(shape, {8}, of_list=told) is None
    assert not may_be_flat((2, 65, 96), {8})
    # Pictures behind tokens are never those of maps.
    found = arrangement_of((65, 2, 64), {8})
    assert found == Arrangement("tokens before pictures", 64, 8, 1)
