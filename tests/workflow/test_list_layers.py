"""The layers of a network, where it is cut by default, and what that costs, on the terminal."""

import re

import list_layers
import pytest

from alignment.artifacts.errors import InputError

NETS = """
from torch import nn

def build():
    maps = nn.Conv2d(3, 8, 3, stride=2), nn.ReLU()
    return nn.Sequential(*maps, nn.Conv2d(8, 4, 3), nn.Flatten(), nn.Linear(4 * 29 * 29, 5))

def residual():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.conv = nn.Conv2d(3, 4, 3, stride=4), nn.Conv2d(4, 4, 1)
            self.fc = nn.Linear(4, 5)

        def forward(self, x):
            x = self.stem(x)
            return self.fc((x + self.conv(x)).relu().mean((2, 3)))
    return Net()

def without_classes():
    class Net(nn.Module):
        def forward(self, x):
            return x[:, :, 0, 0].view(-1, 3, 1)
    return Net()
"""


@pytest.fixture
def layers(tmp_path, monkeypatch, capsys):
    (tmp_path / "nets.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)

    def run(architecture, *cut):
        list_layers.main(architecture, 64, *cut)
        return capsys.readouterr().out.splitlines()

    return run


def test_layers_are_listed_with_the_head_and_its_cost(layers):
    lines = layers("nets.py:build")
    table = [" ".join(line.split()) for line in lines]
    assert table[:4] == [
        "layer type output values",
        "0 Conv2d 8 x 31 x 31 signed",
        "1 ReLU 8 x 31 x 31 0 or more",
        "2 Conv2d 4 x 29 x 29 signed <- feature maps (default)",
    ]
    assert lines[-2] == "default cut: maps 2 (4 x 29 x 29), embedding 3"
    assert lines[-1].startswith("head: any other layers: run again for every map, about ")


def test_layers_that_something_passes_by_are_marked_and_a_cut_there_is_explained(layers):
    lines = layers("nets.py:residual", "conv")
    table = [" ".join(line.split()) for line in lines]
    assert table[1:3] == [
        "stem Conv2d 4 x 16 x 16 signed",
        "conv Conv2d 4 x 16 x 16 signed + 4.1 kB per picture",
    ]
    assert lines[-4].startswith("+ something passes the layer by")
    assert lines[-3] == "this cut: maps conv (4 x 16 x 16), embedding mean"
    assert lines[-2].startswith("head: any other layers: run again for every map, about ")
    assert lines[-1].startswith("stem (4 x 16 x 16) passes the feature maps conv by: with a map ")
    assert layers("nets.py:residual")[-2].startswith("default cut: maps relu ")
    with pytest.raises(InputError, match=r"embedding stem of .* does not come after"):
        layers("nets.py:residual", "conv", "stem")


def test_a_network_without_a_default_cut_is_listed_with_the_reason(layers):
    lines = layers("nets.py:without_classes")
    assert lines[0].startswith("layer")
    assert lines[-1].startswith("no default cut: nets.py:without_classes does not end in a linear")
    named = re.search("for instance one of (.+)\\.$", lines[-1])[1].split(", ")
    assert set(named) <= {line.split()[0] for line in lines[1:]}


def test_an_unknown_network_is_refused_in_one_sentence(layers):
    with pytest.raises(InputError, match=r"'nets\.py:bild': nets\.py has no function bild;"):
        layers("nets.py:bild")


@pytest.mark.parametrize(
    ("architecture", "size", "said"),
    [
        ("", "", "name a network, such as MODEL=vgg16, "),
        (None, None, "name a network, such as MODEL=vgg16, "),
        ("nets.py:build", "abc", "of at least 32 pixels, not 'abc'."),
        ("nets.py:build", "-64", "of at least 32 pixels, not '-64'."),
        ("nets.py:build", "31", "of at least 32 pixels, not '31'."),
        ("no.py:build", "64", "there is no file no.py: relative paths start in the folder of the"),
    ],
)
def test_options_that_cannot_be_are_refused_in_one_sentence(layers, architecture, size, said):
    with pytest.raises(InputError) as refused:
        list_layers.from_command_line(architecture, size, None, None)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_options_that_are_empty_are_not_given(layers, capsys):
    list_layers.from_command_line("nets.py:build", "64", "", "")
    *said, _ = capsys.readouterr().out.splitlines()
    *expected, _ = layers("nets.py:build")  # the last tells a time that was measured
    assert said == expected
