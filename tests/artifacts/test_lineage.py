"""What an artifact was made from: recorded, inherited, compared."""

import numpy as np
import pytest

from alignment.artifacts.arrays import read_attributes, write_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import SavedNetwork, write_network

VERSIONS = {"torch": "2", "torchvision": "0.2"}


def write_network_named(path, name):
    saved = SavedNetwork({"weights_name": name}, {}, {"x": np.zeros(1)})
    write_network(path, saved, VERSIONS)


@pytest.fixture
def sources(tmp_path):
    """A file of every role."""
    paths = {role: tmp_path / f"{role}.csv" for role in ("pictures", "judgments_file", "cohort")}
    for role, path in paths.items():
        path.write_text(role)
    paths["network"] = tmp_path / "network.safetensors"
    write_network_named(paths["network"], "first")
    for role in ("judgments", "folds", "activations", "image_ais"):
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
    "role",
    [
        *("pictures", "judgments_file", "cohort", "network"),
        *("judgments", "folds", "activations", "image_ais"),
    ],
)
def test_another_source_is_named(artifact, sources, role):
    path = sources[role]
    if role == "network":
        write_network_named(path, "second")
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
        f"{artifact} was made with framing: stretch, where it is crop now; "
        "delete it and run snakemake again."
    )


def test_any_of_several_mappings_may_hold_the_setting(artifact, sources):
    check_made_from(artifact, sources, {"seed": 1}, {"framing": "stretch"})
    with pytest.raises(InputError, match="was made with framing: stretch, where it is pad now"):
        check_made_from(artifact, sources, {"seed": 1}, {"framing": "pad"})


def test_what_another_artifact_records_is_compared_too(artifact, sources, tmp_path):
    """Neither stage is given the user's file of judgments; both results come from one."""
    (tmp_path / "judgments_file.csv").write_text("other")
    other = tmp_path / "other.h5"
    changed = {**sources, "judgments_file": tmp_path / "judgments_file.csv"}
    write_arrays(other, {"a": [1]}, {"made_from": made_from(**changed)})
    check_made_from(artifact, {"perturbation": artifact})
    with pytest.raises(InputError) as caught:
        check_made_from(artifact, {"perturbation": other})
    assert str(caught.value) == (
        f"{artifact} was not made from the same judgments file as {other}; "
        "delete it and run snakemake again."
    )


def test_lists_and_files_that_record_nothing_are_passed_over(artifact, sources, tmp_path):
    bare = tmp_path / "bare.h5"
    write_arrays(bare, {"a": [1]}, {})
    table = tmp_path / "table.csv"
    table.write_text("a\n1\n")
    check_made_from(artifact, {"bare": bare, "table": table, "many": [bare, table]})
    check_made_from(bare, sources)


def test_an_artifact_that_was_altered_is_refused_before_anything_is_compared(artifact):
    artifact.write_bytes(artifact.read_bytes()[:-1])
    with pytest.raises(InputError, match="was changed or cut short"):
        check_made_from(artifact, {})


def test_sources_are_inherited(sources, tmp_path):
    image_ais, child = tmp_path / "scores.h5", tmp_path / "child.h5"
    parents = {role: path for role, path in sources.items() if role != "image_ais"}
    attributes = {"made_from": made_from(**parents), "framing": "stretch"}
    write_arrays(image_ais, {"a": [1]}, attributes)
    inherited = {"made_from": made_from(image_ais, image_ais=image_ais)}
    write_arrays(child, {"a": [1]}, {**read_attributes(image_ais), **inherited})
    check_made_from(child, {**sources, "image_ais": image_ais}, {"framing": "stretch"})
    with pytest.raises(InputError, match=r"child\.h5 was not made from .*image_ais\.h5"):
        check_made_from(child, sources)
    sources["pictures"].write_text("other")
    with pytest.raises(InputError, match=r"child\.h5 was not made from .*pictures\.csv"):
        check_made_from(child, {"pictures": sources["pictures"]})


def test_sources_are_what_they_hold_wherever_they_lie(sources, tmp_path):
    moved = tmp_path / "moved.csv"
    moved.write_bytes(sources["judgments_file"].read_bytes())
    assert made_from(judgments_file=moved) == made_from(judgments_file=sources["judgments_file"])
    network = tmp_path / "moved.safetensors"
    network.write_bytes(sources["network"].read_bytes())
    assert made_from(network=network) == made_from(network=sources["network"])
