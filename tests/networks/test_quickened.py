"""Quickened networks give the embeddings of the network as it was."""

import copy

import numpy as np
import pytest
import torch
from torch import fx, nn
from torch.nn import functional

from alignment.networks.quickened import quickened


class Net(nn.Module):
    """What can be folded, and beside it what looks like it and cannot."""

    def __init__(self):
        super().__init__()
        self.pad, self.askew = nn.ZeroPad2d(1), nn.ZeroPad2d((0, 1, 2, 0))
        self.first, self.second = nn.Conv2d(3, 8, 3, bias=False), nn.Conv2d(8, 8, 3, stride=2)
        self.deep, self.kernel = nn.Conv2d(8, 8, 3, groups=8, padding="same"), nn.Conv2d(8, 8, 1)
        self.mirrored = nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect")
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(4))
        self.act, self.pool, self.fc = nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Linear(8, 4)

    def forward(self, x):
        x = self.act(self.norms[0](self.first(self.pad(x))))
        x = self.act(self.norms[1](self.second(self.askew(x))))
        branch = self.kernel(x)  # needed twice: neither norm nor activation may take its place
        x = self.norms[2](branch) + self.act(branch)
        x = self.act(self.mirrored(self.deep(x)))
        x = functional.conv2d(self.pad(x), self.second.weight, None, (1, 1), (0, 0), (1, 1), 1)
        maps = self.act(self.norms[3](x))
        vectors = torch.flatten(self.pool(maps), 1)
        return {"feature_maps": maps, "embedding": vectors, "logits": self.fc(vectors)}


@pytest.fixture
def backbone():
    torch.manual_seed(0)
    net = Net().eval()
    for norm in net.norms:
        nn.init.uniform_(norm.running_mean, -1, 1)
        nn.init.uniform_(norm.running_var, 0.5, 2)
        nn.init.uniform_(norm.weight, 0.5, 2)
        nn.init.uniform_(norm.bias, -1, 1)
    return fx.symbolic_trace(net).eval()


def types_in(module):
    return [type(module.get_submodule(n.target)) for n in module.graph.nodes if "module" in n.op]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_embeddings_are_the_same_and_the_backbone_stays_as_it_is(backbone, layout):
    before, pictures = copy.deepcopy(backbone.state_dict()), torch.rand(5, 3, 20, 20)
    given = pictures.clone()
    with torch.inference_mode():
        expected = backbone(pictures)["embedding"]
        quick = quickened(backbone, layout)
        found = quick(pictures.contiguous(memory_format=layout))
        np.testing.assert_array_equal(backbone(pictures)["embedding"], expected)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)
    assert expected.std() > 0.1
    torch.testing.assert_close(pictures, given, rtol=0, atol=0)
    for name, values in backbone.state_dict().items():
        torch.testing.assert_close(values, before[name], rtol=0, atol=0)


def test_what_can_be_folded_is_and_nothing_else(backbone):
    quick = quickened(backbone)
    kinds = types_in(quick)
    assert kinds.count(nn.BatchNorm2d) == 1  # behind the branch
    assert kinds.count(nn.ZeroPad2d) == 1  # the one that is askew
    assert nn.Linear not in kinds  # class scores are not needed
    in_place = [m.inplace for m in quick.modules() if isinstance(m, nn.ReLU6)]
    assert sorted(in_place) == [False, True, True, True]


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")
def test_modules_with_hooks_stay_as_they_are(backbone):
    """Lesions, of a convolution and of a norm, and weight_norm as it was."""

    def lesion(module, given, output):
        return output * (torch.arange(8) > 3).view(8, 1, 1)

    pictures = torch.rand(5, 3, 20, 20)
    whole = backbone(pictures)["embedding"]
    for hooked in ("first", "norms.1"):
        backbone.get_submodule(hooked).register_forward_hook(lesion)
    nn.utils.weight_norm(backbone.kernel)
    with torch.no_grad():
        backbone.kernel.weight_g.mul_(2)  # the weight itself follows at the next call
        quick = quickened(backbone)
        found, expected = quick(pictures), backbone(pictures)["embedding"]
    torch.testing.assert_close(found, expected, rtol=2e-5, atol=2e-6)
    assert not torch.allclose(expected, whole, atol=1e-2)
    assert types_in(quick).count(nn.BatchNorm2d) == 3  # the last norm alone was folded


def test_a_network_without_a_graph_gives_its_embedding():
    class Plain(nn.Module):
        def forward(self, pictures):
            return {"embedding": pictures.mean(dim=(2, 3)), "feature_maps": pictures}

    pictures = torch.rand(2, 3, 4, 4)
    torch.testing.assert_close(quickened(Plain())(pictures), pictures.mean(dim=(2, 3)))
