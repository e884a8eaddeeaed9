"""The first linear layer taken apart map by map, against the layers as they are."""

import pytest
import torch
from torch import fx, nn

from alignment.heads.connected_layers import ConnectedLayers
from alignment.heads.split import split_head

N_IMAGES, N_MAPS, SIZE = 6, 5, 4
N_UNITS, N_OUTPUTS = 30, 7


def head(has_second, bias):
    torch.manual_seed(0)
    layers = [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(N_MAPS * 4, N_UNITS, bias=bias), nn.ReLU()]
    if has_second:
        layers += [nn.Linear(N_UNITS, N_OUTPUTS, bias=bias), nn.Sigmoid()]
    return nn.Sequential(*layers).double().eval()


@pytest.fixture(params=[True, False], ids=["two layers", "one layer"])
def has_second(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["bias", "no bias"])
def case(request, has_second):
    layers = head(has_second, bias=request.param)
    maps = torch.randn(
        N_IMAGES, N_MAPS, SIZE, SIZE, generator=torch.Generator().manual_seed(1)
    ).double()
    maps[:, 3] = 0
    maps[2, 1] = 0
    with torch.inference_mode():
        yield layers, maps, ConnectedLayers(split_head(fx.symbolic_trace(layers)), maps)


def test_sizes_are_those_of_the_layers(case, has_second):
    _, maps, connected = case
    assert connected.has_second == has_second
    n_outputs = N_OUTPUTS if has_second else N_UNITS
    assert (connected.n_units, connected.n_outputs) == (N_UNITS, n_outputs)
    assert connected.n_dimensions == n_outputs
    # A map below zero throughout is as silent as a map of zeros only if pooling makes it so.
    assert torch.equal(connected.active, maps.flatten(2).any(dim=2))


def test_the_terms_of_all_maps_and_the_bias_are_the_sums(case):
    layers, maps, connected = case
    for images in (torch.arange(N_IMAGES), torch.tensor([4, 0])):
        out = torch.empty(len(images), N_MAPS, N_UNITS, dtype=torch.float64)
        terms = connected.terms(range(N_MAPS), images, out)
        sums = connected.bias + terms.sum(dim=1)
        torch.testing.assert_close(sums, layers[:3](maps[images]))
        torch.testing.assert_close(connected.embed(sums), layers(maps[images]))
    assert not terms[:, 3].any()


def test_the_terms_of_some_maps_are_what_they_add(case):
    layers, maps, connected = case
    chosen = [2, 0]
    out = torch.empty(N_IMAGES, 2, N_UNITS, dtype=torch.float64)
    terms = connected.terms(chosen, torch.arange(N_IMAGES), out)
    for k, f in enumerate(chosen):
        off = maps.clone()
        off[:, f] = 0
        torch.testing.assert_close(terms[:, k], layers[:3](maps) - layers[:3](off))


def test_units_that_are_off_everywhere_may_be_left_out(case):
    """Few units are on here, so that the rows of the second layer are gathered."""
    layers, maps, connected = case
    sums = layers[:3](maps)
    sums[:, 3:] = -1
    torch.testing.assert_close(connected.embed(sums), layers[3:](sums))


@pytest.mark.parametrize("has_second", [True], indirect=True)
@pytest.mark.parametrize("n_on", [2, 29])
def test_the_second_layer_is_split_by_units(case, has_second, n_on):
    """relu(s) = m s + relu((1 - 2m) s), for any m."""
    layers, maps, connected = case
    sums = layers[:3](maps)
    units = torch.zeros(N_UNITS, dtype=torch.bool)
    units[torch.randperm(N_UNITS, generator=torch.Generator().manual_seed(2))[:n_on]] = True
    weight, bias = layers[4].weight, layers[4].bias
    expected = (sums * units) @ weight.T
    torch.testing.assert_close(connected.outputs(sums, units), expected)
    base = expected if bias is None else expected + bias
    rest = connected.embed((1 - 2 * units.double()) * sums, base)
    torch.testing.assert_close(rest, layers(maps))
    by_image = units.expand(3, -1)
    expected = (connected.bias * units) @ weight.T + (0 if bias is None else bias)
    torch.testing.assert_close(connected.bias_outputs(by_image), expected.expand(3, -1))
