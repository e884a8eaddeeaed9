"""Names and files of the config that lead nowhere are refused in one sentence."""

import pytest

from alignment.artifacts.errors import InputError
from alignment.planning.checks import check_share

LITE = "efficientnet_lite0"


def nested(*keys, value):
    for key in reversed(keys):
        value = {key: value}
    return value


def of_dataset(**options):
    return nested("datasets", "tiny", value=options)


def of_model(**options):
    return nested("models", LITE, value=options)


def saliency(**keys):
    return {"saliency": keys}


RANDOM = {"weights": {"random": 1}}
CONFIG_ERRORS = {
    "dataset": (
        {"cohorts": {"tiny": {"dataset": "tinny"}}},
        ("cohorts: tiny: dataset: 'tinny' is not one of the datasets (tiny, second)", "tiny: null"),
    ),
    "query without labels": (
        {"cohorts": {"other": {"dataset": "second", "query": "group == 'a'"}}},
        ("cohorts: other: query: ", "'second' has no labels", "datasets: second: labels"),
    ),
    "folder": (
        of_dataset(images="nowhere"),
        ("tiny: images: there is no folder nowhere: relative paths start in the folder of the ",),
    ),
    "file in the place of a folder": (
        of_dataset(images="rules/common.smk"),
        ("tiny: images: /", "/rules/common.smk is a file, where a folder is needed."),
    ),
    "empty folder": (of_dataset(images="rules"), ("images: the folder rules holds no", ".png")),
    "file": (
        of_dataset(judgments={"file": "no.npy"}),
        ("tiny: judgments: file: there is no file no.npy:",),
    ),
    "labels": (of_dataset(labels="no.csv"), ("tiny: labels: there is no file no.csv:",)),
    "weights file": (
        of_model(weights={"file": "no.pth", "sha256": "0" * 64}),
        (f"models: {LITE}: weights: file: there is no file no.pth:",),
    ),
    "random weights": (
        of_model(weights={"random": 1}),
        (
            "config: models: a model with random weights has the word random in its name",
            f"label if it has one: call {LITE} {LITE}_random, and label {LITE}_random '",
        ),
    ),
    "file of a function": (
        of_model(architecture="nets/no.py:build"),
        (f"models: {LITE}: architecture: there is no file nets/no.py:",),
    ),
    "function without a name": (
        of_model(architecture="nets.py:"),
        (f"models: {LITE}: architecture: 'nets.py:' is not possible; a function", "nets.py:build"),
    ),
    "braces": (
        of_dataset(images="data/{x}"),
        ("tiny: data/{x}: braces in the paths", "rename it"),
    ),
    "unread picture": (
        of_dataset(images="data/heic"),
        ("tiny: images: a.HEIC in data/heic is not read; convert it to PNG",),
    ),
    "joined names": (
        {
            "cohorts": {"x": {"dataset": "tiny"}, "x-y": {"dataset": "tiny"}},
            "models": {
                "y-random": {"architecture": "vgg16", "weights": {"random": 1}},
                "random": {"architecture": "vgg16", "weights": {"random": 1}},
            },
        },
        ("cohorts: figures of x-y with random and of x with y-random would have the same name",),
    ),
    "cohort like a threshold": (
        {"cohorts": {"x": {"dataset": "tiny"}, "x-p80": {"dataset": "tiny"}}},
        ("cohorts: figures of x with p80 and of x-p80 would have the same name, x-p80; rename",),
    ),
    "no spread": (
        of_model(std=[0.2, 0.2, 0]),
        (f"models: {LITE}: std: entry 3: 0 is not above 0; it is the value of one",),
    ),
    "names that differ in case": (
        {"cohorts": {"Face": {"dataset": "tiny"}, "face": {"dataset": "tiny"}}},
        ("config: cohorts: Face and face differ only in upper and lower case, so that they would",),
    ),
    "label twice": (
        {"cohorts": {"tiny": {"label": "second"}, "second": {"dataset": "tiny"}}},
        ("config: cohorts: tiny and second would both be called 'second' in figures",),
    ),
    "percentiles of one name": (
        {"heatmaps": {"percentiles": [60, 60.0000001]}},
        ("config: heatmaps: percentiles: 60 and 60.0000001 would both be called 60 in the names",),
    ),
    "layer twice": (
        of_model(layers=[{"feature_maps": "a"}, {"feature_maps": "a", "embedding": "b"}]),
        (f"config: models: {LITE}: layers: a is named twice",),
    ),
    "random weights of several layers": (
        {
            "models": {
                "a": {
                    "architecture": LITE,
                    "label": "A",
                    "layers": [{"feature_maps": "b"}, {"feature_maps": "c"}],
                }
                | RANDOM
            }
        },
        ("has one: call a a_random, and label a_random 'A (random)'.",),
    ),
    "braces in a file of weights": (
        of_model(weights={"file": "a{1}.pth", "sha256": "0" * 64}),
        (f"models: {LITE}: weights: file: a{{1}}.pth: braces in the paths",),
    ),
    "braces in a folder of saliency": (
        saliency(folders={"a": "maps{1}"}),
        ("saliency: folders: a: maps{1}: braces in the paths",),
    ),
    "braces in a file of fixations": (
        saliency(fixations={"tiny": "f{1}.csv"}),
        ("fixations: tiny: f{1}.csv: braces in the paths",),
    ),
    "empty label": (of_model(label=" "), (f"models: {LITE}: label",)),
    "label with braces": (of_model(label="{a}"), (f"models: {LITE}: label", "without braces")),
    "hidden label": (of_model(label="_a"), (f"models: {LITE}: label", "a letter or a digit")),
    "label that hides random weights": (
        nested("models", "a_random", value={"architecture": LITE, "label": "a"} | RANDOM),
        ("config: models: a model with random weights", "label a_random 'a (random)'."),
    ),
    "all random weights that do not say so": (
        {
            "models": {
                "a": {"architecture": LITE, "label": "A"} | RANDOM,
                "b_random": {"architecture": LITE, "label": "B"} | RANDOM,
                "c-Random": {"architecture": LITE} | RANDOM,
            }
        },
        ("it has one: call a a_random, and label a_random 'A (random)', and label b_random 'B (",),
    ),
    "column of a query": (
        {"cohorts": {"tiny-a": {"query": "grup == 'a' and image != '03'"}}},
        (
            "config: cohorts: tiny-a: query: 'grup == 'a' and image != '03'' cannot be evaluated",
            "'grup' is not a column",
            "the label columns are: group.",
        ),
    ),
    "query that is none": (
        {"cohorts": {"tiny-a": {"query": "group = 'a'"}}},
        ("cohorts: tiny-a: query: ", "(it is not an expression: equality is written ==, "),
    ),
    "colours": ({"heatmaps": {"colours": "jett"}}, ("heatmaps: colours: ", "'jett'")),
    "saliency folder": (
        saliency(folders={"a": "no/{dataset}"}),
        ("folders: a: there is no folder no/tiny with the maps of the dataset 'tiny':",),
    ),
    "empty saliency folder": (
        saliency(folders={"a": "rules"}),
        ("the folder rules holds no map (.npy, .npz, .png,",),
    ),
    "source twice": (
        saliency(folders={"a": "rules"}, functions={"a": "gaze:a"}),
        ("saliency: a is both a folder and a function",),
    ),
    "sources that differ in case": (
        saliency(folders={"gaze": "rules"}, functions={"Gaze": "gaze:a"}),
        ("config: saliency: gaze and Gaze differ only in upper and lower case",),
    ),
    "file of a saliency function": (
        saliency(functions={"a": "no/gaze.py:look"}),
        ("saliency: functions: a: there is no file no/gaze.py: relative paths",),
    ),
    "fixations": (
        saliency(fixations={"no": "f.csv"}),
        ("fixations: no: 'no' is not one of the dataset",),
    ),
    "file of fixations": (
        saliency(fixations={"tiny": "f.csv"}),
        ("fixations: tiny: there is no file f.csv:",),
    ),
    "archive": (
        {"datasets": {"mine": {"source": "mur92", "archive": "no.tar.gz"}}},
        ("datasets: mine: archive: there is no file no.tar.gz:",),
    ),
}


@pytest.mark.parametrize("case", CONFIG_ERRORS)
def test_what_leads_nowhere_is_refused_in_one_sentence(refusal, case):
    overlay, parts = CONFIG_ERRORS[case]
    sentence = refusal(overlay)
    assert all(part in sentence for part in parts), sentence


def test_percentiles_of_one_and_more_are_taken(plan):
    assert plan({"heatmaps": {"percentiles": [1, 2.5]}})["heatmaps"]["percentiles"] == [1, 2.5]


@pytest.mark.parametrize("colours", ["spotlight", "jet", "viridis", "RdBu_r", "magma_r", "Blues"])
def test_spotlight_and_any_colour_map_of_matplotlib_are_taken(plan, colours):
    assert plan({"heatmaps": {"colours": colours}})["heatmaps"]["colours"] == colours


def test_saliency_that_is_switched_off_is_not_looked_for(plan):
    plan(saliency(enabled=False, folders={"gone": "no/such/folder"}))


def test_a_share_is_a_folder_that_links_can_point_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "share").mkdir()
    check_share(str(tmp_path / "share"))
    for share in ("share", str(tmp_path / "no")):
        with pytest.raises(InputError) as caught:
            check_share(share)
        assert str(caught.value) == (
            f"SNAKEMAKE_OUTPUT_CACHE: {share} is not the absolute path of a folder that exists."
        )


def test_networks_of_a_package_that_is_missing_say_how_to_get_it(refusal, monkeypatch):
    monkeypatch.setattr("alignment.planning.checks.find_spec", lambda name: None)
    sentence = refusal(of_model(architecture="timm:resnet18"))
    assert f"models: {LITE}: architecture: timm:resnet18 needs the package timm: run" in sentence
    assert "envs/requirements-timm.txt" in sentence
