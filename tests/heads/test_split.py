"""Heads are taken apart at their first linear layer, and only where nothing mixes maps before."""

import pytest
import torch
from torch import fx, nn

from alignment.heads.split import split_head

N_MAPS, SIZE = 4, 6
MAPS = torch.randn(5, N_MAPS, SIZE, SIZE, generator=torch.Generator().manual_seed(0))


def traced(*layers):
    torch.manual_seed(0)
    return fx.symbolic_trace(nn.Sequential(*layers).eval())


def linear(n_in, n_out):
    return nn.Linear(n_in, n_out)


class Flat(nn.Module):
    """Calls the function."""

    def __init__(self, *dimensions, **named):
        super().__init__()
        self.dimensions, self.named = dimensions, named

    def forward(self, x):
        return torch.flatten(x, *self.dimensions, **self.named)


@pytest.mark.parametrize(
    ("layers", "n_hidden", "has_second"),
    [
        ([nn.Flatten(), linear(144, 8), nn.ReLU(), linear(8, 3)], 8, True),
        (
            [
                *(nn.MaxPool2d(2), nn.ReLU(), nn.Dropout(), nn.Flatten(), linear(36, 8)),
                *(nn.ReLU(), nn.Dropout(), linear(8, 7), nn.ReLU(), linear(7, 2)),
            ],
            8,
            True,
        ),
        ([nn.AdaptiveAvgPool2d(2), nn.Flatten(), linear(16, 8), nn.ReLU()], 8, False),
        ([nn.Flatten(), linear(144, 8)], 8, False),
        ([nn.Flatten(), linear(144, 8), nn.Sigmoid(), linear(8, 3)], 8, False),
        # Without a ReLU between them the second layer is not behind one.
        ([nn.Flatten(), linear(144, 8), linear(8, 3)], 8, False),
        ([nn.Flatten(-3, 3), nn.ReLU(), linear(144, 8)], 8, False),
        ([Flat(start_dim=1), linear(144, 8)], 8, False),
        ([Flat(1, -1), linear(144, 8)], 8, False),
    ],
    ids=[
        *("plain", "as in VGG", "one layer", "nothing behind", "sigmoid", "no ReLU"),
        *("dimensions", "function", "function's dimensions"),
    ],
)
def test_the_parts_together_are_the_head(layers, n_hidden, has_second):
    head = traced(*layers)
    split = split_head(head)
    assert split.first.out_features == n_hidden
    assert (split.second is not None) == has_second
    with torch.inference_mode():
        values = split.per_map(MAPS)
        assert values.shape[1] % N_MAPS == 0
        # Each map has values of its own, and a map of zeros has zeros.
        silent = MAPS.clone()
        silent[:, 1] = 0
        p = values.shape[1] // N_MAPS
        changed = (split.per_map(silent) != values).any(dim=0).reshape(N_MAPS, p)
        assert changed.any(dim=1).tolist() == [False, True, False, False]
        assert not split.per_map(silent)[:, p : 2 * p].any()
        hidden = split.first(values)
        if has_second:
            hidden = split.second(hidden.relu())
        torch.testing.assert_close(split.rest(hidden), head(MAPS))


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(N_MAPS, 4, 3), nn.Flatten(), linear(64, 3)],
        [nn.BatchNorm2d(N_MAPS), nn.Flatten(), linear(144, 3)],  # a map of zeros does not stay so
        [nn.Sigmoid(), nn.Flatten(), linear(144, 3)],
        [nn.MaxPool2d(2)],
        # The layer works along the rows of maps, the places of each map, or the values of batches.
        [linear(SIZE, 3), nn.ReLU(), nn.Flatten()],
        [nn.Flatten(2), linear(36, 8), nn.ReLU(), nn.Flatten()],
        [nn.Flatten(1, 2), linear(SIZE, 8), nn.ReLU(), nn.Flatten()],
        [Flat(1, 2), linear(SIZE, 8), nn.Flatten()],
        [Flat(1, end_dim=-2), linear(SIZE, 8), nn.Flatten()],
        [nn.AdaptiveAvgPool2d(1), linear(1, 8), nn.Flatten()],
        [nn.Flatten(0), linear(5 * 144, 3)],
        [Flat(), linear(5 * 144, 3)],
    ],
)
def test_other_heads_are_not_taken_apart(layers):
    head = traced(*layers)
    head(MAPS)  # they are heads
    assert split_head(head) is None


def test_maps_that_are_used_twice_are_not_taken_apart():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = linear(N_MAPS * SIZE * SIZE, 3)

        def forward(self, maps):
            flat = maps.flatten(1)
            return self.first(flat) + flat[:, :3]

    assert split_head(fx.symbolic_trace(Twice().eval())) is None


def test_heads_that_are_given_more_than_maps_are_not_taken_apart():
    class Beside(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = linear(N_MAPS * SIZE * SIZE, 3)

        def forward(self, maps, beside):
            return self.first(maps.flatten(1)) + beside

    assert split_head(fx.symbolic_trace(Beside().eval())) is None


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_heads_with_hooks_of_the_users_are_not_taken_apart(layer):
    """What such a layer computes is not what its weights and its class say."""
    head = traced(nn.MaxPool2d(2), nn.Flatten(), linear(36, 3))
    assert split_head(head) is not None
    module = head.get_submodule(str(layer))
    handle = module.register_forward_hook(lambda module, given, output: output + 1)
    assert split_head(head) is None
    handle.remove()
    module.register_forward_pre_hook(lambda module, given: (given[0] + 1,))
    assert split_head(head) is None


def test_a_head_without_a_graph_is_not_taken_apart():
    assert split_head(nn.Sequential(nn.Flatten(), linear(144, 8))) is None
