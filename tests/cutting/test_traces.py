"""Traces: names, shapes and ways through the graph of a network's operations."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut
from alignment.cutting.traces import UntraceableError, trace
from alignment.networks.networks import Network


@torch.fx.wrap
def overwrite_(values):
    return values.clamp_(min=0)


class Small(nn.Module):
    """Two ways from the pictures to the scores, one of them in place."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU(inplace=True)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        maps = self.conv(x)
        pooled = self.act(maps).mean((2, 3))
        flat = pooled.view(x.size(0), -1)
        return self.fc(flat) + x.shape[0] * 0


@pytest.fixture
def traced():
    module = Small().eval().requires_grad_(False)
    return trace(Network(module, "small", "random", "0" * 64, 2, 8, (0.0,) * 3, (1.0,) * 3))


def node_named(traced, name):
    (node,) = (node for node, found in traced.names.items() if found == name)
    return node


def test_layers_have_names_types_and_the_shapes_of_two_pictures(traced):
    found = {
        traced.names[node]: (traced.type_of(node), tuple(shape))
        for node, shape in traced.shapes.items()
        if node in traced.names
    }
    assert found["conv"] == ("Conv2d", (2, 4, 6, 6))
    assert found["act"] == ("ReLU", (2, 4, 6, 6))
    assert found["mean"] == ("mean", (2, 4))
    assert found["view"] == ("view", (2, 4))
    assert found["fc"] == ("Linear", (2, 2))
    assert traced.shapes[traced.output] == (2, 2)


def test_what_a_value_needs_ends_where_it_is_told_to(traced):
    conv, act, view, fc = (node_named(traced, name) for name in ("conv", "act", "view", "fc"))
    assert {conv, act, view} <= traced.needed_for(fc)
    needed = traced.needed_for(view, stop=act)
    assert act in needed
    assert conv not in needed
    assert fc not in needed


def test_what_follows_a_value_is_all_that_is_made_from_it(traced):
    conv, act, view, fc = (node_named(traced, name) for name in ("conv", "act", "view", "fc"))
    assert {act, view, fc, traced.output} <= traced.following(conv)
    assert conv not in traced.following(conv)
    assert act not in traced.following(view)


def test_the_number_of_pictures_is_told_from_other_numbers(traced):
    batch = [node for node in traced.graph.nodes if traced.is_batch_size(node)]
    assert len(batch) == 2  # x.size(0) and x.shape[0]
    assert not traced.is_batch_size(node_named(traced, "conv"))


def test_nothing_in_the_graph_overwrites_its_input(traced):
    module = torch.fx.GraphModule(traced.module, traced.graph)
    pictures = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    values = {}

    class Recorder(torch.fx.Interpreter):
        def run_node(self, node):
            values[node.name] = super().run_node(node)
            return values[node.name]

    expected = traced.module(pictures)
    found = Recorder(module).run(pictures)
    torch.testing.assert_close(found, expected)
    assert values["conv"].min() < 0


@pytest.mark.parametrize("overwrite", [torch.relu_, nn.functional.elu_, torch.clamp_])
def test_functions_that_overwrite_have_twins_that_do_not(overwrite):
    class Overwriting(Small):
        def forward(self, x):
            options = {"min": 0.5} if overwrite is torch.clamp_ else {}
            return self.fc(overwrite(self.conv(x), **options).mean((2, 3)))

    network = network_of(Overwriting())
    cuts = cut(network, feature_maps="conv")
    pictures = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    maps = cuts.backbone(pictures)["feature_maps"]
    torch.testing.assert_close(maps, network.module.conv(pictures))
    assert cut(network).feature_maps == overwrite.__name__


def test_a_function_that_overwrites_and_has_no_twin_leaves_no_graph():
    class Overwriting(Small):
        def forward(self, x):
            return self.fc(overwrite_(self.conv(x)).mean((2, 3)))

    with pytest.raises(UntraceableError, match="overwrite_ overwrites what it is given"):
        trace(network_of(Overwriting()))


def test_pictures_of_a_wrong_size_are_refused():
    module = Small().eval()
    network = Network(module, "small", "random", "0" * 64, 2, 2, (0.0,) * 3, (1.0,) * 3)
    with pytest.raises(InputError, match="small does not run on pictures of 2 x 2 pixels"):
        trace(network)


class Counting(Small):
    """What it computes depends on a number that stands in no picture."""

    def __init__(self):
        super().__init__()
        self.n_calls = 0

    def forward(self, x):
        self.n_calls += 1
        return super().forward(x) * self.n_calls


class LooksAtShape(Small):
    def forward(self, x):
        return super().forward(x[..., :6, :6] if x.shape[2] > 7 else x)


def network_of(module):
    module.eval().requires_grad_(False)
    return Network(module, "small", "random", "0" * 64, 2, 8, (0.0,) * 3, (1.0,) * 3)


def test_a_graph_that_computes_something_else_is_not_used():
    with pytest.raises(UntraceableError, match="computes something else"):
        trace(network_of(Counting()))


def test_code_that_decides_by_the_shape_of_a_picture_has_no_graph():
    with pytest.raises(UntraceableError, match="control flow"):
        trace(network_of(LooksAtShape()))


class Sized(Small):
    def forward(self, x):
        return super().forward(x) + x.shape[2] * x.shape[0] * 0


def test_numbers_that_hold_for_any_number_of_pictures_are_constants():
    traced = trace(network_of(Sized()))
    numbers = {value for value in traced.constants.values() if isinstance(value, int)}
    assert numbers == {8, 0}  # the height, and x.shape[0] * 0; neither 2 pictures nor 16


class Several(Small):
    def forward(self, x):
        return {"scores": super().forward(x)}


class Flat(Small):
    def forward(self, x):
        return super().forward(x).flatten()


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (Several, "small returns a dict, where one tensor is needed"),
        (Flat, "small returns an output of shape 4 for 2 pictures"),
    ],
)
def test_a_network_returns_one_row_for_each_picture(module, sentence):
    with pytest.raises(InputError, match=sentence):
        trace(network_of(module()))
