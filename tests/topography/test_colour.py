"""A trained network as one of the workflow's models: the same answers to colour pictures."""

import numpy as np
import pytest
import torch

from alignment.artifacts.errors import InputError
from alignment.artifacts.network_files import read_network, write_network
from alignment.cutting.cuts import cut
from alignment.networks.networks import from_saved, load_network, to_saved
from alignment.topography import networks as topographic
from alignment.topography.importance import to_input
from alignment.topography.networks import (
    DIGITS,
    PHOTOGRAPHS,
    TrainedNetwork,
    class_scores,
    initial_network,
    topographic_activations,
)

VERSIONS = {"torch": torch.__version__, "torchvision": "none"}
NAME = "digits/WS/lambda-1/seed-1"


def save_trained(folder, shape):
    network = initial_network(shape, 10, 0.5, 3)
    normalisation = [0.2] * shape[2], [0.3] * shape[2]
    path = folder / f"results/topography/networks/{NAME}.safetensors"
    trained = TrainedNetwork(network.eval(), shape, normalisation, {"condition": "WS"})
    write_network(path, topographic.to_saved(trained), VERSIONS)
    return path


@pytest.mark.parametrize("shape", [DIGITS, PHOTOGRAPHS])
def test_models_take_a_trained_network(tmp_path, monkeypatch, shape):
    monkeypatch.chdir(tmp_path)
    path = save_trained(tmp_path, shape)
    network = load_network("topographic", {"topography": NAME}, cache_dir=tmp_path)
    assert network.input_size == shape[0]
    pictures = np.random.default_rng(0).random((4, 3, *shape[:2]), dtype=np.float32)
    trained = topographic.from_saved(read_network(path))
    shown = to_input(pictures, shape[2])
    expected = class_scores(trained.module, shown, *trained.normalisation)
    cuts = cut(network)
    with torch.inference_mode():
        outputs = cuts.backbone(torch.from_numpy(pictures))
        again = cuts.head(outputs["feature_maps"])
    torch.testing.assert_close(outputs["logits"], expected, atol=1e-5, rtol=1e-4)
    units = torch.from_numpy(topographic_activations(trained, shown)).relu()
    torch.testing.assert_close(outputs["embedding"], units, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(again, units, atol=1e-5, rtol=1e-4)
    assert cuts.maps_shape[0] == {DIGITS: 64, PHOTOGRAPHS: 256}[shape]

    write_network(tmp_path / "model.safetensors", to_saved(network, {}), VERSIONS)
    kept = from_saved(read_network(tmp_path / "model.safetensors"))
    with torch.inference_mode():
        scores = kept.module(torch.from_numpy(pictures))
    torch.testing.assert_close(scores, expected, atol=1e-5, rtol=1e-4)


def test_other_weights_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"'topographic' takes weights trained here: "):
        load_network("topographic", {"random": 1}, cache_dir=tmp_path)
