"""What is recorded of a network, and that it is a network of these images."""

from types import SimpleNamespace

import measure_networks
import numpy as np
import pytest
import torch

from alignment.artifacts.arrays import read_seal, write_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.network_files import write_network
from alignment.artifacts.recordings import read_activations, read_recording
from alignment.artifacts.tables import read_columns, write_rows
from alignment.topography.networks import (
    DIGITS,
    TrainedNetwork,
    initial_network,
    to_saved,
    topographic_activations,
)
from alignment.topography.tuning import FREQUENCIES, ORIENTATIONS, PHASES

PARAMS = SimpleNamespace(
    noise={"levels": {"white": [0.1]}, "pink_exponent": 1},
    weight_noise={"relative": [1], "absolute": [0.1], "draws": 2, "layers": "fc1"},
)
VERSIONS = {"torch": torch.__version__, "torchvision": "none"}


@pytest.fixture
def project(tmp_path):
    """Images, and a network that says it was trained on them."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, *DIGITS), dtype=np.uint8)
    path = tmp_path / "images.h5"
    write_arrays(path, {"test_images": images, "test_labels": np.arange(6)}, {"dataset": "x"})
    told = {"dataset": "x", "condition": "WS", "lambda": 0.3, "seed": 7, "grid": [11, 11]}
    network = TrainedNetwork(
        initial_network(DIGITS, 10, 0.5, 1).eval().requires_grad_(False),
        DIGITS,
        ([0.1], [0.3]),
        told | {"images_sha256": read_seal(path)},
    )
    write_network(tmp_path / "network.safetensors", to_saved(network), VERSIONS)
    last = {f"accuracy_{part}": 0.5 for part in ("training", "validation", "test")}
    write_rows(tmp_path / "curve.csv", list(last), [list(last.values())])
    return tmp_path, network, images


def record(folder):
    given = SimpleNamespace(
        networks=[folder / "network.safetensors"],
        curves=[folder / "curve.csv"],
        images=folder / "images.h5",
    )
    made = SimpleNamespace(
        activations=[folder / "recorded.h5"], robustness=[folder / "robustness.csv"]
    )
    measure_networks.main(given, made, PARAMS)
    return folder / "recorded.h5"


def test_recordings_hold_what_the_layer_does(project):
    folder, network, images = project
    key, recorded = read_recording(record(folder))
    assert key == ("WS", 0.3, 7)
    expected = topographic_activations(network, images)
    np.testing.assert_array_equal(recorded["activations"], expected)
    mirrored = topographic_activations(network, images[:, :, ::-1].copy())
    np.testing.assert_array_equal(recorded["mirrored_left_right"], mirrored)
    assert recorded["gratings"].shape == (ORIENTATIONS, len(FREQUENCIES), PHASES, 121)
    np.testing.assert_array_equal(recorded["weights"], network.module.fc1.weight.numpy())
    assert (recorded["without_centre"] != expected).any()
    np.testing.assert_array_equal(read_activations([folder / "recorded.h5"])[key], expected)


def test_accuracies_under_noise_stand_beside_their_change_from_clean(project):
    folder, _, _ = project
    record(folder)
    table = read_columns(folder / "robustness.csv")
    rows = zip(table["measure"], table["level"], table["value"], strict=True)
    values = {(measure, level): value for measure, level, value in rows}
    kinds = {("white", 0.1), ("weights_relative", 1.0), ("weights_absolute", 0.1)}
    for kind, level in kinds:
        change = values[f"accuracy_{kind}", level] - 0.5
        assert values[f"change_{kind}", level] == pytest.approx(change)
    assert len(values) == 3 + 2 * len(kinds)
    assert set(table["seed"]) == {7}


def test_a_network_of_other_images_is_refused(project):
    folder, _, images = project
    changed = {"test_images": images + 1, "test_labels": np.arange(6)}
    write_arrays(folder / "images.h5", changed, {"dataset": "x"})
    with pytest.raises(InputError, match=r"network\.safetensors was not trained on .* delete it"):
        record(folder)
