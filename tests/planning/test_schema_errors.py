"""What is said of a config that the schema does not allow."""

import pytest
import yaml
from project import CHECKOUT

from alignment.planning.config import STRICT
from alignment.planning.schema_errors import sentences

SCHEMA = yaml.safe_load((CHECKOUT / "rules/schemas/config.schema.yaml").read_text("utf-8"))
GIVEN = yaml.safe_load((CHECKOUT / "config.yaml").read_text("utf-8"))


def said(section, **values):
    """Return what is said of a section whose content is replaced."""
    return sentences(STRICT(SCHEMA).iter_errors({**GIVEN, section: values}))


def of_model(**keys):
    return said("models", a={"architecture": "vgg16", "weights": "imagenet", **keys})


def of_dataset(**keys):
    return said("datasets", a=keys)


WEIGHTS = {
    # Of several forms that of which there are most keys
    "the key 'sha256' is missing; it is the SHA-256 of the file, 64 ": {"file": "a.pth"},
    "there is no key 'sha'; did you mean 'sha256'?": {"file": "a.pth", "sha": "0"},
    "there is no key 'randm'; did you mean 'random'?": {"randm": 1},
    "there is no key 'digest'; the keys here are file, sha256, key, random, ": {"digest": 1},
    "the keys it needs are missing; it is 'imagenet', ": {},
    "there is no key 'random'; the keys here are file, sha256, key.": {"random": 1, "file": "a"},
    "random: -1 is below 0; it is the seed of untrained weights, ": {"random": -1},
    "5 is not possible; it is 'imagenet', ": 5,
    "null is not possible; it is 'imagenet', ": None,
    "[imagenet] is not possible; it is 'imagenet', ": ["imagenet"],
}


@pytest.mark.parametrize("start", WEIGHTS)
def test_of_several_forms_what_is_wrong_with_the_one_that_was_meant(start):
    (sentence,) = of_model(weights=WEIGHTS[start])
    assert sentence.startswith(f"config: models: a: weights: {start}")
    assert "schema" not in sentence


OWN = {"images": "pictures", "judgments": {"file": "a.csv", "kind": "similarity"}}
EITHER = "it is either 'source', a dataset that the workflow fetches, or 'images' and"


@pytest.mark.parametrize(
    ("dataset", "start"),
    [
        ({"images": "pictures"}, f"the key 'judgments' is missing; {EITHER}"),
        ({"judgments": OWN["judgments"]}, f"the key 'images' is missing; {EITHER}"),
        ({}, f"the keys it needs are missing; {EITHER}"),
        ({"archive": "a.zip"}, f"the keys it needs are missing; {EITHER}"),
        ({**OWN, "source": "mur92"}, f"'source' and 'images' cannot both be given; {EITHER}"),
        ({"source": "mur92", "labels": "a.csv"}, "the key 'labels' is for use with 'images', whi"),
        ({**OWN, "imges": "pictures"}, "there is no key 'imges'; did you mean 'images'?"),
    ],
)
def test_a_dataset_is_fetched_or_one_of_the_users_own(dataset, start):
    (sentence,) = of_dataset(**dataset)
    assert sentence.startswith(f"config: datasets: a: {start}")


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("models: a: 'vgg16' is text, not a group of keys; it is a net", said("models", a="vgg16")),
        ("datasets: a: 'pictures' is text, not a group of ", said("datasets", a="pictures")),
        (
            "models: the name 'bü' is not possible; take a name of English l",
            said("models", bü=GIVEN["models"]["efficientnet_lite0"]),
        ),
        (
            "heatmaps: percentiles: {1: 101} is not a list; it is the ",
            said("heatmaps", percentiles={1: 101}),
        ),
        (
            "heatmaps: percentiles: entry 2: 101 is not below 100; it is a p",
            said("heatmaps", percentiles=[80, 101]),
        ),
        (
            "heatmaps: percentiles: 80 is given twice; it is the thr",
            said("heatmaps", percentiles=[80, 60, 80]),
        ),
        (
            "heatmaps: colours: nothing is given, where text is needed; it is ",
            said("heatmaps", colours=None),
        ),
        ("crossvalidation: seeds: the list is empty; it is", said("crossvalidation", seeds=[])),
        (
            "crossvalidation: n_folds: '5' is text, not a whole number; it is ",
            said("crossvalidation", n_folds="5"),
        ),
        ("explorer: enabled: 'yes' is text, not true or false; ", said("explorer", enabled="yes")),
        ("topography: grid: [11] has 1 entry, not 2; it is", said("topography", grid=[11])),
        (
            "topography: pyramid_factor: 20 is above 11; it is",
            said("topography", pyramid_factor=20),
        ),
        (
            "models: a: mean: [1, 0.5] has 2 entries, not 3; it is three numbers",
            of_model(mean=[1, 0.5]),
        ),
        (
            "models: a: layers: [{feature_maps: b}] has 1 entry, not 2 or more; ",
            of_model(layers=[{"feature_maps": "b"}]),
        ),
        (
            "models: a: layers: entry 2: the key 'feature_maps' is missing; ",
            of_model(layers=[{"feature_maps": "b"}, {"embedding": "c"}]),
        ),
        ("cohorts: it is empty; it is the images", said("cohorts")),
        (
            "cohorts: a: query: it is empty; it is a query",
            said("cohorts", a={"dataset": "b", "query": ""}),
        ),
    ],
)
def test_values_and_places_are_told_as_a_person_writes_them(sentence, found):
    (only,) = found
    assert only.startswith(f"config: {sentence}")
    assert only.endswith(".")


def test_a_name_within_quotes_is_shown_within_others():
    (sentence,) = said("models", **{"'a'": GIVEN["models"]["efficientnet_lite0"]})
    assert sentence.startswith("config: models: the name \"'a'\" is not possible; take ")


def test_what_yaml_cannot_show_is_shown_all_the_same():
    (sentence,) = said("heatmaps", colours=CHECKOUT)
    assert sentence.startswith(f"config: heatmaps: colours: {CHECKOUT} is not text; ")


def every_part(schema):
    """Yield a schema and all within it."""
    if isinstance(schema, dict):
        if {"type", "enum", "pattern", "const"} & {*schema} and isinstance(
            schema.get("type", ""), str
        ):
            yield schema
        for part in schema.values():
            yield from every_part(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from every_part(part)


def test_every_value_has_a_description():
    """Only forms of a value have none, of which that of the whole is told."""
    forms = SCHEMA["$defs"]["model"]["properties"]["weights"]["oneOf"]
    lacking = [part for part in every_part(SCHEMA) if "description" not in part]
    assert [part for part in lacking if part not in forms and part != {"type": "array"}] == []
