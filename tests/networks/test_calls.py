"""Calls: seen in order and by name, tapped without a trace left behind."""

import pytest
import torch
from torch import nn

from alignment.networks.calls import first_tensor, record, tapped, with_first


class Twice(nn.Module):
    """Calls one module twice, another inside a container, and hands a tuple on."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.act = nn.ReLU()
        self.block = nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2))
        self.pair = Pair()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        x = self.act(self.conv(self.act(x)))
        return self.fc(self.pair(self.block(x))[0])


class Pair(nn.Module):
    def forward(self, x):
        return x.mean((2, 3)), "something else"


@pytest.fixture
def module():
    torch.manual_seed(0)
    return Twice().eval().requires_grad_(False)


@pytest.fixture
def pictures():
    return torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def test_calls_are_noted_in_the_order_in_which_they_end(module, pictures):
    found = record(module, pictures)
    assert [call.name for call in found.calls] == [
        *("act", "conv", "act_1", "block.0", "block.1", "block", "pair", "fc"),
    ]
    calls = {call.name: call for call in found.calls}
    assert calls["act_1"].turn == 1
    assert calls["block"].hands_on
    assert calls["block"].type == "MaxPool2d"
    assert not calls["fc"].hands_on
    assert calls["pair"].shape == (2, 4)
    assert (calls["act"].is_signed, calls["block.0"].is_signed) == (False, True)
    assert found.classifier == calls["fc"]
    assert torch.equal(found.output, module(pictures))


def test_no_layer_is_a_classifier_whose_output_is_changed(module, pictures):
    assert record(nn.Sequential(module, nn.Softmax(1)), pictures).classifier is None
    assert record(nn.Sequential(module, nn.Flatten()), pictures).classifier.name == "0.fc"


FORMS = {
    "softmax": lambda m, x: m.fc(x).softmax(1),
    "sigmoid": lambda m, x: torch.sigmoid(m.fc(x)),
    "cast": lambda m, x: m.fc(x).double(),
    "temperature": lambda m, x: m.fc(x) / 0.07,
    "averaged": lambda m, x: (m.other(x) + m.fc(x)) / 2,
    "convolution": lambda m, x: m.conv(x[:, :, None, None]).flatten(1),
    "activation": lambda m, x: m.fc(x).relu(),
    "other inputs": lambda m, x: m.fc(x) + m.other(2 * x),
}
MADE_BY = dict.fromkeys(FORMS, "fc") | {
    "convolution": "conv",
    "activation": None,
    "other inputs": None,
}


@pytest.mark.parametrize("form", FORMS)
def test_scores_are_known_in_whatever_form_they_are(form, pictures):
    class Scored(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.fc, self.other, self.conv = nn.Linear(3, 4), nn.Linear(3, 4), nn.Conv2d(3, 4, 1)

        def forward(self, x):
            return FORMS[form](self, x.mean((2, 3)))

    found = record(Scored().eval(), pictures)
    assert (found.scoring and found.scoring.name) == MADE_BY[form]
    # The number of classes is that of the layer whose values are returned as they are.
    assert (found.classifier is None) == (form != "cast")


def test_a_second_call_does_not_pass_for_a_module_of_that_name(pictures):
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.act, self.act_1 = nn.ReLU(), nn.Sigmoid()

        def forward(self, x):
            return self.act_1(self.act(self.act(self.act(x))))

    calls = record(Named(), pictures).calls
    assert [call.name for call in calls] == ["act", "act_2", "act_3", "act_1"]
    assert [(call.path, call.turn) for call in calls[1:]] == [("act", 1), ("act", 2), ("act_1", 0)]


def test_what_is_tapped_is_seen_at_its_turn_and_replaced(module, pictures):
    calls = {call.name: call for call in record(module, pictures).calls}
    seen = {}

    def look(values):
        seen["second"] = values

    with tapped(module, {calls["act_1"]: look}, {calls["fc"]: lambda v: seen.update(given=v)}):
        whole = module(pictures)
    torch.testing.assert_close(seen["second"], module.conv(pictures.relu()).relu())
    torch.testing.assert_close(module.fc(seen["given"]), whole)
    with tapped(module, {calls["pair"]: torch.zeros_like}, {}):
        assert torch.equal(module(pictures), module.fc(torch.zeros(2, 4)))
    assert torch.equal(module(pictures), whole)


def test_hooks_are_gone_after_an_error(module, pictures):
    (first, *_) = record(module, pictures).calls

    def fail(_):
        raise ValueError("of a hook")

    with pytest.raises(ValueError, match="of a hook"), tapped(module, {first: fail}, {}):
        module(pictures)
    module(pictures)


def test_the_first_of_several_outputs_counts():
    values = torch.zeros(2)
    assert first_tensor((values, 1)) is values
    assert first_tensor([]) is first_tensor({"a": values}) is first_tensor(None) is None
    assert with_first((1, 2), values) == (values, 2)
    assert with_first([1, 2], values) == [values, 2]
    assert with_first(1, values) is values
