"""State dicts are matched to a network without a gap."""

from collections import OrderedDict

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.state_dicts import load_checked, match_names


def small_network(n_classes=3):
    torch.manual_seed(0)
    return nn.Sequential(
        OrderedDict(conv=nn.Conv2d(3, 2, 1), norm=nn.BatchNorm2d(2), fc=nn.Linear(2, n_classes))
    )


def match(state_dict, network):
    return match_names(state_dict, network, "fc", "toy.pth")


def copy_into(network, state_dict):
    matched = match(state_dict, network)
    load_checked(network, matched, "fc", "toy.pth")
    return matched


@pytest.mark.parametrize(
    "prefix", ["", "module.", "module.backbone.", "model.", "encoder.", "_orig_mod.", "a.b.c."]
)
def test_prefix_is_found_and_the_rest_reported(prefix):
    trained, network = small_network(), small_network(5)
    state_dict = {prefix + name: tensor + 1 for name, tensor in trained.state_dict().items()}
    # Wrappers stand around the whole file, so nothing lies beside what they wrap.
    has_more = prefix not in ("", "module.", "_orig_mod.")
    if has_more:
        state_dict["projector.0.weight"] = torch.zeros(1)
    matched = match(state_dict, network)
    assert matched.n_classes == 3
    fresh = small_network(3)
    load_checked(fresh, matched, "fc", "toy.pth")
    torch.testing.assert_close(fresh.conv.weight, trained.conv.weight + 1)
    assert any("projector.0.weight" in note for note in matched.notes) == has_more


def test_wrappers_in_the_middle_of_a_name_are_removed():
    state_dict = {
        name.replace("conv.", "conv.module."): tensor
        for name, tensor in small_network().state_dict().items()
    }
    assert copy_into(small_network(), state_dict).n_classes == 3


def test_missing_classifier_leaves_a_network_without_classes():
    state_dict = small_network().state_dict()
    del state_dict["fc.weight"], state_dict["fc.bias"]
    state_dict["fc.0.weight"] = torch.zeros(7, 2)
    matched = copy_into(small_network(1), state_dict)
    assert matched.n_classes is None
    assert "no final classifier fc (fc.0.weight in its place)" in matched.notes[-1]


def test_missing_tensor_is_named():
    state_dict = small_network().state_dict()
    del state_dict["conv.bias"]
    with pytest.raises(InputError, match=r"toy\.pth lacks 1 tensors of the network: conv\.bias"):
        copy_into(small_network(), state_dict)


def test_half_a_classifier_is_refused():
    state_dict = small_network().state_dict()
    del state_dict["fc.bias"]
    with pytest.raises(InputError, match=r"lacks 1 tensors of the network: fc\.bias"):
        copy_into(small_network(), state_dict)


def test_unexpected_tensors_are_named():
    state_dict = small_network().state_dict()
    for name in ("conv.extra", "conv9"):
        more = {f"{name}.{i}": torch.zeros(1) for i in range(5)}
        with pytest.raises(InputError, match=rf"has 5 tensors that .* {name}\.2, and 2 more"):
            copy_into(small_network(), state_dict | more)


def test_heads_of_self_supervised_training_are_left_aside_and_named():
    state_dict = {f"module.{name}": t for name, t in small_network().state_dict().items()}
    state_dict["module.projection_head.0.weight"] = torch.zeros(8, 4)
    state_dict["module.prototypes.weight"] = torch.zeros(30, 8)
    matched = copy_into(small_network(), state_dict)
    assert "2 tensors of the file lie outside the network: projection_head.0" in matched.notes[0]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_tensor_that_holds_no_numbers_is_named(value):
    state_dict = small_network().state_dict()
    state_dict["conv.weight"][0, 0, 0, 0] = value
    with pytest.raises(InputError, match=r"no numbers, or infinite, in the tensor conv\.weight"):
        copy_into(small_network(), state_dict)


def test_wrong_shape_is_named():
    state_dict = small_network().state_dict()
    state_dict["conv.weight"] = torch.zeros(2, 3, 5, 5)
    with pytest.raises(InputError, match=r"other shapes: size mismatch for conv\.weight"):
        copy_into(small_network(), state_dict)


def test_file_of_another_network_is_refused():
    with pytest.raises(InputError, match=r"has no tensor of the network: it holds stem\.kernel"):
        copy_into(small_network(), {"stem.kernel": torch.zeros(1)})


@pytest.mark.parametrize(
    ("meant", "other"),
    [
        ("teacher.", "student."),
        ("encoder_q.", "encoder_k."),
        ("module.teacher.backbone.", "module.student.backbone."),
        ("base_encoder.", "momentum_encoder."),
        ("online_network.", "target_network."),
    ],
)
def test_of_two_networks_the_one_that_is_meant_is_taken_and_named(meant, other):
    tensors = small_network().state_dict()
    twice = {other + name: tensor + 1 for name, tensor in tensors.items()}
    twice |= {meant + name: tensor for name, tensor in tensors.items()}
    matched = match(twice, small_network())
    assert torch.equal(matched.state_dict["conv.weight"], tensors["conv.weight"])
    left = other.removeprefix("module.")
    assert f"the file holds the network also under '{left}'; weights: key choo" in matched.notes[1]


def test_two_networks_of_which_none_is_known_to_be_meant_are_refused():
    tensors = small_network().state_dict()
    twice = {p + name: tensor for p in ("one.", "two.") for name, tensor in tensors.items()}
    with pytest.raises(InputError, match=r"more than once, under 'one\.' and 'two\.': name one"):
        copy_into(small_network(), twice)


def test_averaged_networks_of_torch_load():
    averaged = torch.optim.swa_utils.AveragedModel(small_network())
    averaged.update_parameters(small_network())
    matched = copy_into(small_network(), averaged.state_dict())
    assert any("n_averaged" in note for note in matched.notes)


@pytest.mark.parametrize("kind", [torch.int8, torch.uint8, torch.float8_e4m3fn])
def test_numbers_that_mean_something_with_a_scale_alone_are_refused(kind):
    state_dict = small_network().state_dict()
    state_dict["conv.weight"] = state_dict["conv.weight"].to(kind)
    with pytest.raises(InputError, match=rf"conv\.weight in {str(kind)[6:]}, of a quant"):
        copy_into(small_network(), state_dict)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_kinds_of_floating_point_numbers_are_read(kind):
    network = small_network()
    state_dict = {
        n: t.to(kind) if t.is_floating_point() else t for n, t in network.state_dict().items()
    }
    fresh = small_network(3)
    copy_into(fresh, state_dict)
    torch.testing.assert_close(fresh.conv.weight, state_dict["conv.weight"].float())


def test_quantised_networks_are_refused():
    static = small_network().state_dict()
    static["conv.weight"] = torch.quantize_per_tensor(static["conv.weight"], 0.1, 0, torch.qint8)
    dynamic = {"conv.weight": torch.zeros(2, 3, 1, 1), "fc._packed_params.dtype": torch.qint8}
    for state_dict in (static, dynamic):
        with pytest.raises(InputError, match="is of a quantised network"):
            copy_into(small_network(), state_dict)


def test_files_from_before_batch_counters_load():
    state_dict = dict(small_network().state_dict())
    del state_dict["norm.num_batches_tracked"]
    copy_into(small_network(), state_dict)


def test_two_tensors_of_one_name_but_for_a_wrapper_are_refused_where_they_differ():
    tensors = small_network().state_dict()
    twice = tensors | {f"module.{name}": tensor.clone() for name, tensor in tensors.items()}
    fresh = small_network(3)
    copy_into(fresh, twice)
    assert torch.equal(fresh.conv.weight, tensors["conv.weight"])
    for other in (tensors["conv.bias"] + 1, tensors["conv.bias"].double(), torch.zeros(7)):
        with pytest.raises(
            InputError, match=r"conv\.bias that differ, as conv\.bias and as module"
        ):
            copy_into(small_network(), twice | {"module.conv.bias": other})


class Holder(nn.Module):
    """A network in which the part that does the work is called as wrappers call theirs."""

    def __init__(self, **beside):
        super().__init__()
        self.module = small_network()
        for name, part in beside.items():
            setattr(self, name, part)


@pytest.mark.parametrize("prefix", ["", "module.", "backbone."])
@pytest.mark.parametrize("beside", [{}, {"conv": nn.Conv2d(3, 2, 1)}], ids=["alone", "beside"])
def test_a_network_with_a_part_called_module_loads_its_own_weights(prefix, beside):
    trained, fresh = Holder(**beside), Holder(**beside)
    nn.init.zeros_(fresh.module.conv.weight)
    state_dict = {prefix + name: tensor for name, tensor in trained.state_dict().items()}
    matched = match_names(state_dict, fresh, "module.fc", "toy.pth")
    load_checked(fresh, matched, "module.fc", "toy.pth")
    assert matched.n_classes == 3
    assert torch.equal(fresh.module.conv.weight, trained.module.conv.weight)


def test_a_classifier_called_module_is_found():
    network = nn.Sequential(OrderedDict(conv=nn.Conv2d(3, 2, 1), module=nn.Linear(2, 3)))
    matched = match_names(network.state_dict(), network, "module", "toy.pth")
    load_checked(network, matched, "module", "toy.pth")
    assert matched.n_classes == 3


def test_versions_of_modules_are_found_behind_wrappers():
    wrapped = nn.DataParallel(nn.Sequential(OrderedDict(net=small_network())))
    stored = wrapped.state_dict()
    stored._metadata["module.net.norm"]["version"] = 7
    assert match(stored, small_network()).state_dict._metadata["norm"] == {"version": 7}
