"""What lies between two layers of a graph, and what passes the first of them by."""

import plain_hooks
import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut, list_layers
from alignment.cutting.graph_parts import between, bypass, has_rows, passing_by
from alignment.cutting.layers import beside_in
from alignment.cutting.traces import trace
from alignment.networks.networks import Network

SIZE, WIDTH = 12, 6


class Residual(nn.Module):
    """A stem, a block with a way around it, a layer behind it, a classifier."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, WIDTH, 3), nn.ReLU(inplace=True))
        self.conv1 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.last = nn.Conv2d(WIDTH, 8, 3)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = self.stem(x)
        x = self.join(self.conv2(self.act(self.conv1(x))), x)
        return self.fc(self.act(self.last(x)).mean((2, 3)))

    def join(self, maps, x):
        maps += x
        return maps


class Gated(Residual):
    """Two ways around: the sum, and a gate for each map, as of squeeze and excitation."""

    def join(self, maps, x):
        return maps * x.mean((2, 3), keepdim=True).sigmoid() + x


class Shuffled(Residual):
    """Half of the maps pass the block by, and numbers of pictures are asked for behind it."""

    def join(self, maps, x):
        n, _, height, width = x.size()
        x = torch.stack([x.chunk(2, dim=1)[0], maps.chunk(2, dim=1)[1]], dim=2)
        return x.view(n, WIDTH, height, width)


class Ended(Residual):
    """The maps are multiplied by nothing."""

    def join(self, maps, x):
        return maps * 0 + x


class Windows(Residual):
    """Two windows of a picture stand before the pictures, so that there are as many as these."""

    def join(self, maps, x):
        windows = torch.stack(x.chunk(2, dim=2))
        return maps + torch.cat([windows[0], windows[1]], dim=2)


class Halves(Residual):
    """What passes by has a row for each half of each picture, as windows of transformers have."""

    def join(self, maps, x):
        halves = torch.cat(maps.chunk(2, dim=2)) + torch.cat(x.chunk(2, dim=2))
        return torch.cat(halves.chunk(2), dim=2)


def network_of(module):
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, 5, SIZE, (0.0,) * 3, (1.0,) * 3)


def node_named(traced, name):
    (node,) = (node for node, found in traced.names.items() if found == name)
    return node


# What passes the maps of a layer by
PASSING = {
    "sum": (Residual, "conv2", ["stem.1"]),
    "inside": (Residual, "conv1", ["stem.1"]),
    "gate": (Gated, "conv2", ["sigmoid", "stem.1"]),
    "shuffle": (Shuffled, "conv2", ["getitem_4"]),
    "windows": (Windows, "conv2", ["cat"]),
    "nothing": (Residual, "stem", []),
    "behind": (Residual, "add", []),
}


@pytest.mark.parametrize("case", PASSING)
def test_a_map_is_left_out_as_plain_hooks_do_it_and_all_else_stays(case):
    make, layer, beside = PASSING[case]
    network = network_of(make())
    traced = trace(network)
    maps = node_named(traced, {"stem": "stem.1"}.get(layer, layer))
    found = passing_by(traced, maps, node_named(traced, "mean_1" if make is Gated else "mean"))
    assert [traced.names[node] for node in found] == beside
    cuts = cut(network, layer)
    assert bool(cuts.notes) == bool(beside)
    pictures = torch.randn(5, 3, SIZE, SIZE)
    with torch.no_grad():
        outputs = cuts.backbone(pictures)
    kept = beside_in(outputs)
    assert len(kept) == len(beside)
    if layer == "add":  # no module, so hooks cannot reach it
        with torch.no_grad():
            given = cuts.head(outputs["feature_maps"])
        torch.testing.assert_close(given, outputs["embedding"])
        return
    whole = plain_hooks.embeddings(network.module, pictures, layer, "fc")
    torch.testing.assert_close(outputs["embedding"], whole, rtol=0, atol=1e-5)
    for rows in ([0, 1, 2, 3, 4], [3], [4, 1]):
        for f in range(WIDTH):
            off = outputs["feature_maps"][rows].clone()
            off[:, f] = 0
            expected = plain_hooks.embeddings(network.module, pictures[rows], layer, "fc", off=f)
            with torch.no_grad():
                given = cuts.head(off, *(values[rows] for values in kept))
            torch.testing.assert_close(given, expected, rtol=0, atol=1e-5)
    is_half = case == "shuffle"  # of whose maps every other passes by
    first = plain_hooks.embeddings(network.module, pictures, layer, "fc", off=0)
    assert torch.allclose(first, whole) == is_half


def test_what_passes_by_is_said_with_what_it_takes():
    (note,) = cut(network_of(Residual()), "conv2").notes
    assert note == (
        "stem.1 (6 x 10 x 10) passes the feature maps conv2 by: with a map off this stays what it "
        "is with all maps on, and 2.4 kB per picture are kept for it"
    )


def test_layers_that_something_passes_by_are_marked_where_they_can_be_cut():
    def marked(module):
        return {layer.name: layer.beside for layer in list_layers(network_of(module))}

    found = marked(Residual())
    shape = (WIDTH, 10, 10)
    assert {name for name, beside in found.items() if beside} == {"conv1", "act", "conv2"}
    assert found["conv2"] == (shape,)
    assert marked(Gated())["conv2"] == ((WIDTH, 1, 1), shape)
    assert not any(marked(Halves()).values())


REFUSED = {
    "maps that make nothing": (Ended, "conv2: stem"),
    "values without a row for each picture": (Halves, "conv2: cat"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_cuts_that_no_head_can_repeat_are_refused(case):
    make, sentence = REFUSED[case]
    with pytest.raises(InputError, match=f"needs more than the feature maps {sentence}.* joined"):
        cut(network_of(make()), "conv2")


class TwoBranches(Residual):
    def forward(self, x):
        x = self.stem(x)
        both = self.conv1(x).mean((2, 3)), self.act(self.conv2(x)).mean((2, 3))
        return self.fc(torch.cat([both[0], both[1][:, :2]], dim=1))


def test_by_default_nothing_passes_by():
    network = network_of(TwoBranches())
    with pytest.raises(
        InputError, match=r"act: mean bypasses them .* name the layer of the maps y"
    ):
        cut(network)
    assert not any(layer.default_for for layer in list_layers(network))
    assert cut(network, "act").notes[0].startswith("mean (6) passes the feature maps act by")
    assert cut(network, "conv1").notes[0].startswith("getitem (2) passes")


@pytest.fixture
def traced():
    return trace(network_of(Residual()))


def test_a_head_is_given_the_maps_and_what_passes_by_in_order(traced):
    maps, embedding = node_named(traced, "conv2"), node_named(traced, "mean")
    found = between(traced, maps, embedding, lambda graph, given: given)
    placeholders = [node.target for node in found.module.graph.nodes if node.op == "placeholder"]
    assert placeholders == ["feature_maps", "beside_0"]
    assert found.beside == (node_named(traced, "stem.1"),)
    targets = {node.target for node in found.module.graph.nodes}
    assert not targets & {"conv1", "stem.0", "stem.1", "fc"}
    assert "stem.1 bypasses them" in bypass(traced, maps, embedding, found.beside[0])
    with pytest.raises(
        InputError, match=r"embedding conv2 of small does not come after the .* mean"
    ):
        between(traced, embedding, maps, lambda graph, given: given)


def test_a_value_with_a_row_for_each_picture_is_told_by_its_shape():
    traced = trace(network_of(Halves()))
    assert has_rows(traced, node_named(traced, "stem.1"))
    assert not has_rows(traced, node_named(traced, "cat"))
