"""The layer that makes the class scores, whatever form these are brought to behind it."""

import pytest
import torch
from torch import nn

from alignment.cutting.classifiers import (
    input_of_classifier,
    is_linear,
    pooled_convolution,
    scores_behind,
    takes_output,
)
from alignment.cutting.cuts import cut
from alignment.cutting.graph_layers import last_maps
from alignment.cutting.traces import trace
from alignment.networks.networks import Network


class Scored(nn.Module):
    """Pooled maps, and what a function makes of them with two classifiers."""

    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.act, self.drop = nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Dropout()
        self.fc, self.other, self.hidden = nn.Linear(6, 5), nn.Linear(6, 5), nn.Linear(6, 6)
        self.norms = nn.ModuleList([nn.BatchNorm1d(6), nn.BatchNorm1d(6)])
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.make = make

    def forward(self, x):
        return self.make(self, self.drop(self.act(self.conv(x)).mean((2, 3))))


def network_of(module, architecture="small", classes=5):
    module.eval().requires_grad_(False)
    return Network(module, architecture, "", "0" * 64, classes, 16, (0.0,) * 3, (1.0,) * 3)


SCORES = {
    "cast": lambda m, x: m.fc(x).float(),
    "to a type": lambda m, x: m.fc(x).to(torch.float32),
    "reshaped": lambda m, x: m.fc(x).reshape(x.shape[0], -1).contiguous(),
    "temperature": lambda m, x: m.fc(x) / 0.07,
    "constant": lambda m, x: 2 * m.fc(x) + 1,
    "learnt factor": lambda m, x: m.scale.exp() * m.fc(x),
    "sigmoid": lambda m, x: torch.sigmoid(m.fc(x)),
    "averaged": lambda m, x: (m.fc(x) + m.other(m.drop(x))) / 2,
    "norms": lambda m, x: m.fc(m.norms[0](x)) + m.other(m.norms[1](x)),
}
OUTPUTS = {
    "activation": lambda m, x: m.fc(x).relu(),
    "unit length": lambda m, x: nn.functional.normalize(m.fc(x)),
    "other inputs": lambda m, x: m.fc(x) + m.other(m.hidden(x).relu()),
    "residual": lambda m, x: x + m.hidden(x),
    "gate": lambda m, x: m.fc(x) * m.other(x).sigmoid(),
}


@pytest.mark.parametrize("form", SCORES)
def test_the_embedding_is_what_the_classifier_is_given_in_whatever_form_its_scores_are(form):
    cuts = cut(network_of(Scored(SCORES[form])))
    assert (cuts.feature_maps, cuts.embedding, cuts.n_units) == ("act", "mean", 6)
    assert cuts.notes == ()


@pytest.mark.parametrize("form", OUTPUTS)
def test_where_nothing_makes_scores_alone_the_output_is_the_embedding_and_that_is_said(form):
    network = network_of(Scored(OUTPUTS[form]))
    traced = trace(network)
    assert input_of_classifier(traced) is None
    cuts = cut(network)
    assert (cuts.embedding, cuts.feature_maps) == (traced.names[traced.output], "act")
    (note,) = cuts.notes
    assert note.startswith("no final linear layer of small was found: the output itself is the")
    assert cut(network, embedding=cuts.embedding).notes == ()  # which somebody asked for


def test_nothing_is_said_of_networks_that_are_known_to_have_no_classes():
    module = Scored(OUTPUTS["activation"])
    assert cut(network_of(module, classes=None)).notes == ()
    assert len(cut(network_of(module, "nets.py:build", None)).notes) == 1


def test_nothing_is_said_where_the_output_is_no_more_than_the_maps_pooled():
    network = network_of(Scored(lambda m, x: x.flatten(1)))
    traced = trace(network)
    assert not takes_output(traced, traced.output, last_maps(traced, traced.output))
    assert cut(network).notes == ()


@pytest.fixture
def layers():
    torch.manual_seed(0)
    return [nn.Conv2d(3, 6, 3), nn.ReLU()]


def test_a_convolution_of_pooled_maps_is_a_classifier(layers):
    pool, convolution = nn.AdaptiveAvgPool2d(1), nn.Conv2d(6, 5, 1)
    behind = nn.Sequential(*layers, pool, nn.Dropout(), convolution, nn.Flatten())
    cuts = cut(network_of(behind))
    assert (cuts.feature_maps, cuts.embedding, cuts.n_units) == ("1", "2", 6)
    maps = torch.rand(2, 6, 14, 14)
    torch.testing.assert_close(cuts.head(maps), maps.mean((2, 3)))
    traced = trace(network_of(nn.Sequential(*layers, convolution, pool, nn.Flatten())))
    assert input_of_classifier(traced) is None
    assert traced.names[pooled_convolution(traced)] == "2"


def test_scores_are_looked_through_to_the_layer_that_made_them(layers):
    classifier = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5), nn.Softmax(1)]
    traced = trace(network_of(nn.Sequential(*layers, *classifier)))
    node = scores_behind(traced, traced.output)
    assert (traced.names[node], is_linear(traced, node)) == ("4", True)
    assert not is_linear(traced, traced.output)
