"""The config as a run has it: completed, merged, and refused where its form is wrong."""

import copy
import datetime
import math
import re

import jsonschema
import pytest
import yaml
from project import CHECKOUT
from snakemake.cli import parse_config
from snakemake.utils import update_config

from alignment.artifacts.errors import InputError
from alignment.planning.config import (
    check_schema,
    fetched_as,
    merged,
    planned,
    read_yaml,
    without_dropped,
)

LITE = "efficientnet_lite0"


def nested(*keys, value):
    for key in reversed(keys):
        value = {key: value}
    return value


def of_dataset(**options):
    return nested("datasets", "tiny", value=options)


def of_model(**options):
    return nested("models", LITE, value=options)


OWN = {"images": "data/tiny/pictures", "judgments": {"file": "data/tiny/judgments.npy"}}
PERCENTILES = ("heatmaps: percentiles: ", "of at least 1 and below 100")
CONFIG_ERRORS = {
    # Keys that do not exist (that the schema allows none at any level is test_config's)
    "key": ({"figgures": {}}, ("config: ", "there is no key 'figgures'; did you mean 'figures'?")),
    "judgments key": (
        of_dataset(judgments={"knd": "similarity"}),
        ("datasets: tiny: judgments: ", "there is no key 'knd'; did you mean 'kind'?"),
    ),
    "cohort key": (
        {"cohorts": {"tiny": {"querry": "group == 'a'"}}},
        ("cohorts: tiny: ", "there is no key 'querry'; did you mean 'query'?"),
    ),
    "model key": (
        of_model(size=64),
        (f"models: {LITE}: ", "there is no key 'size'; the keys here are"),
    ),
    "weights key": (
        of_model(weights={"file": "w.pth", "sha": "0"}),
        (f"{LITE}: weights: ", "no key 'sha'; did you mean 'sha256'?"),
    ),
    "heatmaps key": (
        {"heatmaps": {"percentile": 80}},
        ("heatmaps: ", "no key 'percentile'; did you mean"),
    ),
    "dropped name": (
        {"models": {"efficientnet_lit1": None}},
        ("models: efficientnet_lit1: ", "lite1"),
    ),
    # Values of a wrong type or out of range
    "seeds": ({"crossvalidation": {"seeds": 111}}, ("crossvalidation: seeds: 111", "a list of")),
    "equal seeds": (
        {"crossvalidation": {"seeds": [1, 1]}},
        ("seeds: 1 is given twice", "different"),
    ),
    "folds": ({"crossvalidation": {"n_folds": 1}}, ("n_folds: 1 ", "from 2 to 1000")),
    "fit": ({"fit": "r3"}, ("fit: 'r3'", "r2, pearson or spearman")),
    "input size": (of_model(input_size="64"), ("input_size: '64'", "whole number")),
    "kind": (of_dataset(judgments={"kind": "distance"}), ("judgments: kind: ", "dissimilarity")),
    "no models": ({"models": None}, ("models: nothing is given", "networks")),
    "percentile 0": ({"heatmaps": {"percentiles": [0]}}, PERCENTILES),
    "percentile 100": ({"heatmaps": {"percentiles": [80, 100]}}, PERCENTILES),
    "percentile 140": ({"heatmaps": {"percentiles": [140]}}, PERCENTILES),
    "percentile -3": ({"heatmaps": {"percentiles": [-3]}}, PERCENTILES),
    "percentile '80'": ({"heatmaps": {"percentiles": ["80"]}}, PERCENTILES),
    "equal percentiles": ({"heatmaps": {"percentiles": [80, 80.0]}}, PERCENTILES),
    "name": (
        {"cohorts": {"a b": {"dataset": "tiny"}}},
        ("cohorts: the name 'a b' is not possible; ", "English letters, digits"),
    ),
    "two sources": (of_dataset(source="mur92"), ("datasets: tiny: ", "either 'source'")),
    "no judgments": (
        {"datasets": {"mine": {"images": "data/tiny/pictures"}}},
        ("datasets: mine: ", "'images' and 'judgments'"),
    ),
    "no kind": ({"datasets": {"mine": OWN}}, ("judgments: the key 'kind' is missing; it is what",)),
    "draws": ({"controls": {"random_draws": -1}}, ("controls: random_draws: -1", "at least 0")),
    "reweighting": (
        {"controls": {"reweighting": "lasso"}},
        ("controls: reweighting: 'lasso'", "similarity, products or none"),
    ),
    "resamples": ({"statistics": {"resamples": 0.5}}, ("statistics: resamples: 0.5", "whole")),
}


def section(**keys):
    return {"topography": keys}


def saliency(**keys):
    return {"saliency": keys}


CONFIG_ERRORS |= {
    "saliency key": (
        saliency(folder={"a": "maps"}),
        ("saliency: ", "there is no key 'folder'; did you mean 'folders'?"),
    ),
    "saliency model": (
        saliency(bottom_up=["itti"]),
        ("bottom_up: entry 1: 'itti'", "spectral_residual or fine_gra"),
    ),
    "saliency function": (
        saliency(functions={"a": "gaze.upper"}),
        ("functions: a: 'gaze.upper'", "file:function or module:function"),
    ),
    "saliency name": (
        saliency(folders={"gaussian": "rules"}),
        ("folders: the name 'gaussian'", "built-in"),
    ),
    "share of a picture": (
        {"faithfulness": {"shares": [0.1, 100]}},
        ("faithfulness: shares: entry 2: 100", "in per cent, a number above 0 and below 100"),
    ),
    "draws of studies": (
        {"learning_curve": {"draws": 1}},
        ("learning_curve: draws: 1", "a whole number of at least 2"),
    ),
    "first kind": (
        {"heatmaps": {"kinds": ["cam"]}},
        ("heatmaps: kinds: entry 1: 'cam' is not 'ais'", "always ais"),
    ),
    "kind": (
        {"heatmaps": {"kinds": ["ais", "lime"]}},
        ("heatmaps: kinds: entry 2: 'lime'", "cam, grad_cam, mean, place"),
    ),
    "fill": (
        {"faithfulness": {"fills": ["black"]}},
        (
            "faithfulness: fills: entry 1: 'black' is not possible",
            "mean, the picture's mean colour",
        ),
    ),
    "lambda": (section(lambdas=[-1]), ("topography: lambdas: entry 1: -1", "above 0")),
    "condition": (section(conditions=["SW"]), ("conditions: entry 1: 'SW'", "WS, AS or TopoLoss")),
    "topography seeds": (
        section(seeds=[1]),
        ("topography: seeds: [1] has 1 entry", "at least 2 different"),
    ),
    "topography key": (
        section(lambda_=1),
        ("topography: ", "no key 'lambda_'; did you mean 'lambdas'?"),
    ),
    "topography source": (
        section(datasets={"bars": {"source": "imagenet", "epochs": 1}}),
        ("source: 'imagenet'", "cifar10"),
    ),
    "dropped in a section": (
        section(datasets={"digit": None}),
        ("datasets: digit: ", "there is digits"),
    ),
}


@pytest.mark.parametrize("case", CONFIG_ERRORS)
def test_a_config_of_a_wrong_form_is_refused_in_one_sentence(refusal, case):
    overlay, parts = CONFIG_ERRORS[case]
    sentence = refusal(overlay)
    assert all(part in sentence for part in parts), sentence


def test_a_config_is_completed_by_the_defaults(plan):
    config = plan({"crossvalidation": {"seeds": [7]}})
    defaults = read_yaml(CHECKOUT / "config.yaml")
    assert config["crossvalidation"] == {**defaults["crossvalidation"], "seeds": [7], "n_folds": 3}
    assert config["framing"] == defaults["framing"]
    assert set(config) == set(defaults)
    assert list(config["cohorts"]) == ["tiny", "tiny-a"]  # those of config.yaml are dropped


def test_another_workflow_may_give_a_part_of_the_config(plan, folder):
    """As a module: without the defaults, and without config files on the command line."""
    whole = plan()
    part = {name: whole[name] for name in ("datasets", "cohorts", "models")}
    part["datasets"] = {"mur92": None, **part["datasets"]}
    part["cohorts"] |= {f"mur92{name}": None for name in ("", "-animate", "-inanimate")}
    found = planned(part, CHECKOUT, [])
    assert found["datasets"] == whole["datasets"]
    assert found["fit"] == "r2"


def test_numbers_of_the_command_line_are_read_as_in_a_file(folder):
    """Snakemake reads all that stands within braces as text."""
    said = parse_config(
        [
            "crossvalidation={seeds: [111, 222], n_folds: 3}",
            "explorer={enabled: false}",
            "faithfulness={fills: [mean, blur]}",
            "cohorts={mur92-animate: null}",
            "datasets={mur92: {label: 92 pictures}}",
            "fit=pearson",
        ]
    )
    given = read_yaml(CHECKOUT / "config.yaml")
    update_config(given, said)
    config = planned(given, CHECKOUT, [], said)
    assert config["crossvalidation"]["seeds"] == [111, 222]
    assert config["crossvalidation"]["n_folds"] == 3
    assert config["explorer"]["enabled"] is False
    assert config["faithfulness"]["fills"] == ["mean", "blur"]
    assert list(config["cohorts"]) == ["mur92", "mur92-inanimate"]
    assert config["datasets"]["mur92"]["label"] == "92 pictures"
    assert config["fit"] == "pearson"


@pytest.mark.parametrize("said", ["{seeds: [010]}", "{seeds: [two]}"])
def test_what_is_no_number_on_the_command_line_is_refused(folder, said):
    said = parse_config([f"crossvalidation={said}"])
    given = read_yaml(CHECKOUT / "config.yaml")
    update_config(given, said)
    with pytest.raises(InputError, match="config: crossvalidation: seeds"):
        planned(given, CHECKOUT, [], said)


def test_what_is_text_in_a_file_is_text_on_the_command_line(folder):
    """Alone three hyphens would be the end of a file, and its content null."""
    said = parse_config(["models={efficientnet_lite0: {label: ---}}"])
    given = read_yaml(CHECKOUT / "config.yaml")
    update_config(given, said)
    with pytest.raises(InputError, match="label: '---' is not possible"):
        planned(given, CHECKOUT, [], said)


def test_a_fetched_dataset_is_one_as_users_have_it(plan):
    config = plan({"datasets": {"mine": {"source": "mur92"}}})
    assert config["datasets"]["mine"] == {"source": "mur92", **fetched_as("mine")}
    entry = fetched_as("mine")
    assert entry["images"] == "results/datasets/mine/source/pictures"
    assert set(entry) == {"images", "judgments", "labels"}


def test_the_config_that_is_given_is_left_as_it_is(plan, folder):
    given = plan()
    before = copy.deepcopy(given)
    planned(given, CHECKOUT, [])
    assert given == before


@pytest.mark.parametrize(
    ("base", "overlay", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}, {"a": {"b": 1, "c": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": 1}, {"b": {"c": 1}}, {"a": 1, "b": {"c": 1}}),
        ({}, {}, {}),
    ],
)
def test_maps_are_merged_and_all_else_is_replaced(base, overlay, expected):
    before = copy.deepcopy((base, overlay))
    assert merged(base, overlay) == expected
    assert (base, overlay) == before


def test_names_are_dropped_that_some_file_gave_a_meaning():
    config = {
        "datasets": {"a": {"x": 1}, "b": None},
        "models": {"m": None, "n": {"y": 2}},
        "topography": {"datasets": {"digits": None, "mine": {"z": 3}}},
    }
    files = [
        {"datasets": {"b": {"x": 2}}, "topography": {"datasets": {"digits": {}}}},
        {"models": {"m": {"y": 1}}},
    ]
    assert without_dropped(config, files) == {
        "datasets": {"a": {"x": 1}},
        "models": {"n": {"y": 2}},
        "topography": {"datasets": {"mine": {"z": 3}}},
    }
    with pytest.raises(InputError, match=r"^config: models: m: there is nothing .* there is n\.$"):
        without_dropped(config, [files[0], {"models": {"n": {"y": 2}}}])


def test_every_level_of_a_schema_is_named_in_the_sentence():
    schema = {
        "properties": {
            "a": {
                "properties": {"b": {"enum": [1, 2], "description": "one or two"}},
                "additionalProperties": False,
            }
        }
    }
    jsonschema.Draft202012Validator.check_schema(schema)
    check_schema({"a": {"b": 1}}, schema)
    with pytest.raises(InputError, match=r"^config: a: b: 3 is not possible; it is one or two\.$"):
        check_schema({"a": {"b": 3}}, schema)
    with pytest.raises(
        InputError, match=r"^config: a: there is no key 'c'; the keys here are b\.$"
    ):
        check_schema({"a": {"c": 3}}, schema)


def test_every_mistake_is_told_at_once():
    schema = {
        "properties": {
            "fit": {"enum": ["r2"], "description": "r2"},
            "seeds": {"type": "array", "items": {"type": "integer"}},
        },
        "additionalProperties": False,
    }
    with pytest.raises(InputError) as refused:
        check_schema({"seeds": ["a", 1], "fitt": "r2", "fit": "r3", "other": 1}, schema)
    assert str(refused.value).splitlines() == [
        "config: there is no key 'fitt', 'other'; the keys here are fit, seeds.",
        "config: fit: 'r3' is not possible; it is r2.",
        "config: seeds: entry 1: 'a' is text, not a whole number.",
    ]


def test_an_empty_file_is_an_empty_config(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("# nothing\n")
    assert read_yaml(path) == {}
    path.write_text(yaml.safe_dump({"a": "é"}, allow_unicode=True), encoding="utf-8")
    assert read_yaml(path) == {"a": "é"}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (1, "'1' as a number"),
        (False, "'False' as a yes or no"),
        (datetime.date(2024, 1, 1), "'2024-01-01' as a date"),
        (None, "'None' as nothing"),
    ],
)
def test_names_that_yaml_does_not_read_as_text_are_to_be_quoted(refusal, key, kind):
    sentence = refusal({"cohorts": {key: {"dataset": "tiny"}}})
    assert sentence == f"config: cohorts: YAML reads the name {kind}; write it in quotes, as text."


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ({"crossvalidation": {"n_folds": 2.0}}, "n_folds: 2.0 is not a whole number"),
        ({"crossvalidation": {"seeds": [1.0]}}, "seeds: entry 1: 1.0 is not a whole number"),
        ({"heatmaps": {"percentiles": [math.nan]}}, "percentiles: entry 1: .nan is not a number"),
        ({"heatmaps": {"percentiles": [1e-5]}}, "percentiles: 1e-05 is not possible; give numbers"),
        ({"heatmaps": {"percentiles": [0.005]}}, "percentiles: 0.005 is not possible; give num"),
        ({"heatmaps": {"percentiles": [80, 0.7]}}, "percentiles: 0.7 is a fraction, where"),
        ({"heatmaps": {"percentiles": [0.6, 0.7]}}, "below 100; did you mean 60?"),
        ({"heatmaps": {"percentiles": [0.07]}}, "below 100; did you mean 7?"),
        ({"heatmaps": {"percentiles": [99.9999999]}}, "percentiles: 99.9999999 is not possible"),
        (of_model(mean=[0.1, 0.2, math.inf]), "mean: entry 3: .inf is not a number"),
    ],
)
def test_numbers_that_are_none_or_not_whole_are_refused(refusal, overlay, said):
    assert said in refusal(overlay)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fit: r2\nseeds: 1\nfit: pearson\n", "line 3: the key 'fit' is given twice; keep one."),
        ("a:\n  b: {c: 1, c: 2}\n", "line 2: the key 'c' is given twice"),
        ("seeds: [7, 010]\n", "line 1: YAML reads 010 as 8; write it without the leading zero"),
    ],
)
def test_what_yaml_would_lose_or_change_is_refused(tmp_path, text, said):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape(f"{path}: {said}")):
        read_yaml(path)


def test_brackets_that_yaml_takes_for_its_own_are_to_be_quoted(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text('a: {b: x in ["c", "d"]}\n')
    with pytest.raises(InputError, match="a text that holds brackets or commas must be in quotes"):
        read_yaml(path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "a: &x {b: 0}\nc:\n  <<: *x\n  d: '010'\n"])
def test_other_files_are_read_as_yaml_reads_them(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert read_yaml(path) == (yaml.safe_load(text) or {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"cohorts:\n\ttiny: {dataset: tiny}\n", "line 2: this is no YAML (YAML is indented by bl"),
        (b"figures: {grid_pictures: 4\n", "line 2: this is no YAML (did not find expected ',' or"),
        (b"- a\n- b\n", "must have keys at its top"),
        ("label: Größe".encode("cp1252"), "is no text in UTF-8: save it as UTF-8."),
        ("fit: r2".encode("utf-16"), "is no text in UTF-8"),
        (None, "cannot be read (No such file or directory)."),
    ],
)
def test_a_file_that_is_no_config_is_refused_in_one_sentence(tmp_path, content, said):
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_config_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes("fit: r2 # é".encode("utf-8-sig"))
    assert read_yaml(path) == {"fit": "r2"}
