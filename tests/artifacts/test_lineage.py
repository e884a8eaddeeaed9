"""What an artifact was made from: recorded, inherited, compared."""

import json

import numpy as np
import pytest
import safetensors.numpy

from alignment.artifacts.errors import InputError
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import SEAL, seal_of
from alignment.artifacts.arrays import read_attributes, write_arrays


def write_network(path, name):
    header = {"network": json.dumps({"weights_name": name}), "attributes": "{}"}
    header[SEAL] = seal_of(header)
    safetensors.numpy.save_file({"x": np.zeros(1)}, path, header)


@pytest.fixture
def sources(tmp_path):
    """A file of every role."""
    paths = {role: tmp_path / f"{role}.csv" for role in ("pictures", "judgments", "cohort")}
    for role, path in paths.items():
        path.write_text(role)
    paths["network"] = tmp_path / "network.safetensors"
    write_network(paths["network"], "first")
    for role in ("activations", "image_ais"):
        paths[role] = tmp_path / f"{role}.h5"
        write_arrays(paths[role], {"a": [1]}, {})
    return paths


@pytest.fixture
def artifact(sources, tmp_path):
    path = tmp_path / "artifact.h5"
    write_arrays(path, {"a": [1]}, {"made_from": made_from(**sources), "framing": "stretch"})
    return path


def test_what_agrees_is_accepted(artifact, sources):
    check_made_from(artifact, sources, {"framing": "stretch", "seed": 1})
    check_made_from(artifact, {"code": ["a.py"], "pictures": sources["pictures"]})
    check_made_from(artifact, {})


@pytest.mark.parametrize(
    "role", ["pictures", "judgments", "cohort", "network", "activations", "image_ais"]
)
def test_another_source_is_named(artifact, sources, role):
    path = sources[role]
    if role == "network":
        write_network(path, "second")
    elif path.suffix == ".h5":
        write_arrays(path, {"a": [2]}, {})
    else:
        path.write_text("other")
    with pytest.raises(InputError) as caught:
        check_made_from(artifact, sources)
    assert str(caught.value) == (
        f"{artifact} was not made from {path} as it is now; delete it and run snakemake again."
    )
    check_made_from(artifact, {key: value for key, value in sources.items() if key != role})


def test_another_setting_is_named(artifact, sources):
    with pytest.raises(InputError) as caught:
        check_made_from(artifact, sources, {"framing": "crop"})
    assert str(caught.value) == (
        f"{artifact} was made with framing: stretch, but the config says crop; "
        "delete it and run snakemake again."
    )


def test_sources_are_inherited(artifact, sources, tmp_path):
    child = tmp_path / "child.h5"
    inherited = {"made_from": made_from(artifact, image_ais=artifact)}
    write_arrays(child, {"a": [1]}, {**read_attributes(artifact), **inherited})
    check_made_from(child, {**sources, "image_ais": artifact})
    with pytest.raises(InputError, match=r"child\.h5 was not made from .*image_ais\.h5"):
        check_made_from(child, sources)


def test_sources_are_what_they_hold_wherever_they_lie(sources, tmp_path):
    moved = tmp_path / "moved.csv"
    moved.write_bytes(sources["judgments"].read_bytes())
    assert made_from(judgments=moved) == made_from(judgments=sources["judgments"])
