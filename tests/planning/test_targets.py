"""Targets that nothing makes, and what was perhaps meant."""

import subprocess

import pytest

from alignment.planning.targets import explain_missing, nearest_names, wildcards_of

RULES = {
    "all": [],
    "plot_prediction": ["results/figures/prediction.png", "results/figures/prediction.pdf"],
    "score_images": ["results/image_ais/{cohort}/{model}.h5"],
    "draw_overlay": ["results/heatmaps/{cohort}/{model}/{threshold}/{image}.png"],
    "train_network": ["results/networks/{dataset}/{condition}/lambda-{strength}.safetensors"],
    "plot_heatmaps": ["results/figures/heatmaps-{cohort}.png"],
}
KNOWN = ["results/figures/prediction.png", "results/figures/controls.png"]
NAMES = {"dataset": ["d"], "cohort": ["faces", "houses"], "model": ["lite0"], "source": []}
NAMES |= {"image": ["ada", "bo"], "condition": ["WS", "control"], "strength": ["0", "2"]}


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (
            "results/figures/predicton.png",
            "there is no target results/figures/predicton.png; the nearest are "
            "results/figures/prediction.png",
        ),
        ("plot_predictions", "there is no target plot_predictions; the nearest are plot_predic"),
        (
            "results/image_ais/face/lite0.h5",
            "results/image_ais/face/lite0.h5: the config has no cohort 'face'; the nearest are "
            "faces.",
        ),
        (
            "results/heatmaps/faces/vgg/full/x.png",
            "results/heatmaps/faces/vgg/full/x.png: the config has no model 'vgg'; there is lite0.",
        ),
        (
            "results/heatmaps/faces/lite0/full/eva.png",
            "results/heatmaps/faces/lite0/full/eva.png: there is no picture 'eva'; there is ada, "
            "bo.",
        ),
        (
            "results/networks/d/WS/lambda-2.0.safetensors",
            "results/networks/d/WS/lambda-2.0.safetensors: the config has no lambda '2.0'; the "
            "nearest are 2",
        ),
        (
            "results/networks/d/MS/lambda-2.safetensors",
            "results/networks/d/MS/lambda-2.safetensors: the config has no condition 'MS'; the "
            "nearest are WS.",
        ),
        (
            "results/figures/heatmaps-fruit.png",
            "results/figures/heatmaps-fruit.png: the config has no cohort 'fruit'; there is faces, "
            "houses.",
        ),
    ],
)
def test_what_nothing_makes_is_told_with_the_nearest(target, sentence):
    assert explain_missing(target, RULES, KNOWN, NAMES).startswith(sentence)


def test_a_name_of_a_config_that_was_not_named_is_hinted_at():
    target = "results/image_ais/mine/lite0.h5"
    assert "configfile" not in explain_missing(target, RULES, KNOWN, NAMES)
    said = explain_missing(target, RULES, KNOWN, NAMES, own_config=False)
    assert said.endswith("houses. Your own config is named by --configfile.")


def test_a_path_into_the_folder_of_a_run_is_hinted_at():
    said = explain_missing("mine/results/figures/controls.png", RULES, KNOWN, NAMES)
    assert said.endswith("--directory mine results/figures/controls.png.")


def test_wildcards_are_read_as_snakemake_reads_them():
    assert wildcards_of("a/x/x.h5", "a/{model}/{model}.h5") == {"model": "x"}
    assert wildcards_of("a/x/y.h5", "a/{model}/{model}.h5") is None
    assert wildcards_of("a/7.csv", "a/{seed}.csv") == {"seed": "7"}
    assert wildcards_of("a/b/c", "a/{x}") is None
    assert wildcards_of("a/b/c.png", "a/{image}.png") == {"image": "b/c"}  # in a folder


def test_of_many_names_none_is_shown_that_is_not_like_it():
    assert nearest_names("zzz", "abcdefghij") == "none is like it"
    assert nearest_names("zzz", "ab") == "there is a, b"


APART, JOINED = "Ba\u0308r", "B\u00e4r"


def test_a_picture_named_in_other_letters_that_look_the_same_is_asked_for_by_a_command_that_works():
    target = f"results/heatmaps/faces/lite0/full/{JOINED}.png"
    said = explain_missing(target, RULES, KNOWN, NAMES | {"image": ["it's", APART, "Kuh"]})
    assert said.startswith(f"{target}: the name of the picture '{JOINED}' is spelled with other ")
    assert "the nearest" not in said
    command = said.rpartition("ask for ")[2].removesuffix(".")
    assert command.isascii()
    read = subprocess.run(["bash", "-c", f"printf %s {command}"], capture_output=True, check=True)
    assert read.stdout.decode() == f"results/heatmaps/faces/lite0/full/{APART}.png"


def test_names_that_look_the_same_are_shown_once():
    assert nearest_names("B\u00e4", [APART, JOINED, "Kuh"]) == f"the nearest are {APART}"
    assert nearest_names("zzz", [APART, JOINED, "Kuh"]) == f"there is {APART}, Kuh"
