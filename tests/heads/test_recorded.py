"""What heads are run on: maps, all tokens, and what passes them by."""

import numpy as np
import plain_hooks
import pytest
import torch

from alignment.cutting.cuts import cut
from alignment.heads.recorded import head_inputs, map_inputs, place_inputs, takes_all_tokens
from alignment.networks.architectures import build
from alignment.networks.networks import Network

CPU = torch.device("cpu")


class Activations(dict):
    def __init__(self, arrays, tokens="mean"):
        super().__init__(arrays)
        self.attributes = {"tokens": tokens}


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    shapes = {"feature_maps": (4, 3, 2, 2), "beside_0": (4, 5), "beside_1": (4, 6, 2, 2)}
    return Activations({name: rng.random(shape) for name, shape in shapes.items()})


def test_maps_come_with_what_passes_them_by(arrays):
    maps, beside = head_inputs(arrays, CPU)
    np.testing.assert_array_equal(maps, arrays["feature_maps"])
    for found, name in zip(beside, ("beside_0", "beside_1"), strict=True):
        np.testing.assert_array_equal(found, arrays[name])
    head, maps, beside = place_inputs(torch.nn.Flatten(), arrays, np.array([3, 1]), CPU)
    assert isinstance(head, torch.nn.Flatten)
    np.testing.assert_array_equal(maps, arrays["feature_maps"][[3, 1]])
    np.testing.assert_array_equal(beside[1], arrays["beside_1"][[3, 1]])
    assert map_inputs(head, maps, beside) == (head, maps, beside)
    assert not takes_all_tokens(arrays.attributes)


def test_places_of_tokens_are_changed_while_the_class_token_stays():
    module = build("timm:vit_tiny_patch16_224", 5, 32, {}, seed=1)
    network = Network(module, "vit", "", "0" * 64, 5, 32, (0.0,) * 3, (1.0,) * 3)
    cuts = cut(network, tokens="class")
    pictures = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = cuts.backbone(pictures)
    names = "feature_maps", "other_tokens"
    kept = Activations({name: found[name].numpy() for name in names}, "class")
    assert takes_all_tokens(kept.attributes)
    maps, beside = head_inputs(kept, CPU)
    assert (maps.shape, beside) == ((3, 192, 1, 5), [])
    head, places, beside = place_inputs(cuts.head, kept, np.array([0, 2]), CPU)
    assert places.shape == (2, 192, 2, 2)
    whole, every, none = map_inputs(head, places, beside)
    assert (whole, none) == (cuts.head, [])
    torch.testing.assert_close(every, maps[[0, 2]], rtol=0, atol=0)
    maps = places
    maps[:, :, 1, 0] = 0

    def switch_off(_, given, output):
        output = output.clone()
        output[:, 1 + 2] = 0  # behind the class token, the third place
        return output

    handle = module.blocks[10].register_forward_hook(switch_off)
    expected = plain_hooks.embeddings(module, pictures[[0, 2]], "norm", "head", axis=2)
    handle.remove()
    with torch.inference_mode():
        torch.testing.assert_close(head(maps, *beside), expected, rtol=0, atol=1e-5)
    assert not torch.allclose(expected, found["embedding"][[0, 2]])
