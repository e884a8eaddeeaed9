"""What networks on a grid cannot be trained from is refused in one sentence."""

from pathlib import Path

import pytest


def images(**keys):
    return {"topography": {"datasets": {"bars": keys}}}


CIFAR = {"source": "cifar10", "epochs": 1}
TRAINED = {"topography": "digits/WS/lambda-5/seed-1"}
CONFIG_ERRORS = {
    "images that differ in case": (
        {"topography": {"datasets": {"BARS": CIFAR, "bars": CIFAR}}},
        ("config: topography: datasets: BARS and bars differ only in upper and lower case",),
    ),
    "label of images twice": (
        {"topography": {"datasets": {"digits": {"label": "bars"}, "bars": CIFAR}}},
        ("config: topography: datasets: digits and bars would both be called 'bars'",),
    ),
    "images named as a table is": (
        {"topography": {"datasets": {"similarity-bars": CIFAR}}},
        ("topography: datasets: 'similarity-bars': a name cannot begin with similarity-, which",),
    ),
    "grid": (
        {"topography": {"grid": [11, 10]}},
        ("grid: 11 x 10 gives 110 places", "121 units", "11 x 11"),
    ),
    "no folder to train on": (images(**CIFAR), ("bars: the source cifar10 takes the key folder",)),
    "lost folder to train on": (
        images(**CIFAR, folder="no"),
        ("bars: folder: there is no folder no: rel",),
    ),
    "archive to train on": (
        images(source="mnist", epochs=1, archive="no.tgz"),
        ("bars: archive: there is no file no.tgz: rel",),
    ),
    "cohort of units": (
        {"topography": {"alignment": {"cohorts": ["tinny"]}}},
        ("alignment: cohorts: 'tinny' is not one of the cohorts (tiny, tiny-a)",),
    ),
    "braces in an archive": (
        images(source="mnist", epochs=1, archive="a{1}.tgz"),
        ("datasets: bars: a{1}.tgz: braces in the paths",),
    ),
    "lambdas of one name": (
        {"topography": {"lambdas": [1, 1.0000001]}},
        ("config: topography: lambdas: 1 and 1.0000001 would both be called 1 in the names",),
    ),
    "digits of a lambda that names do not tell": (
        {"topography": {"lambdas": [0.1234567]}},
        ("config: topography: lambdas: 0.1234567 has more digits", "take 0.123457."),
    ),
    "sheet that is no sheet": (
        {"topography": {"grid": [1, 121], "conditions": ["TopoLoss"]}},
        ("pyramid_factor: 3 does not shrink a grid of 1 x 121, as TopoLoss does", "grid, 1."),
    ),
    "sheet that stays as it is": (
        {"topography": {"pyramid_factor": 1, "conditions": ["TopoLoss"]}},
        ("pyramid_factor: 1 does not shrink a grid of 11 x 11", "must be above 1", "grid, 11."),
    ),
    "other architecture for a network trained here": (
        {"models": {"sheet": {"architecture": "resnet18", "weights": TRAINED}}},
        ("config: models: sheet: weights", "take the architecture topographic, not resnet18."),
    ),
    "size for a network trained here": (
        {
            "models": {
                "sheet": {"architecture": "topographic", "weights": TRAINED, "input_size": 64}
            }
        },
        ("config: models: sheet: input_size: a network trained here takes pictures as in its",),
    ),
    "network of no images": (
        {
            "topography": {"datasets": {"digits": None}},
            "models": {"sheet": {"architecture": "topographic", "weights": TRAINED}},
        },
        ("'digits/WS/lambda-5/seed-1' is not one of the networks", "trains: it names no images."),
    ),
    "network that is not trained": (
        {"models": {"sheet": {"architecture": "topographic", "weights": TRAINED}}},
        (
            "config: models: sheet: weights: topography: 'digits/WS/lambda-5/seed-1' is not one of",
            "trains: digits/control/lambda-0/seed-",
        ),
    ),
}


@pytest.mark.parametrize("case", CONFIG_ERRORS)
def test_what_leads_nowhere_is_refused_in_one_sentence(refusal, case):
    overlay, parts = CONFIG_ERRORS[case]
    sentence = refusal(overlay)
    assert all(part in sentence for part in parts), sentence


def test_a_network_that_an_earlier_run_trained_is_taken(plan, monkeypatch):
    """Also where the design no longer has it."""
    model = {"models": {"sheet": {"architecture": "topographic", "weights": TRAINED}}}
    file = "results/topography/networks/digits/WS/lambda-5/seed-1.safetensors"
    known = Path.is_file
    monkeypatch.setattr(
        "pathlib.Path.is_file", lambda path: str(path).endswith(file) or known(path)
    )
    assert plan(model)["models"]["sheet"]["weights"] == TRAINED
