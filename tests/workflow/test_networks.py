"""Networks of several families through every stage that runs them, judged by plain passes.

VGG-16 and AlexNet have fully connected heads, ResNet-18, DenseNet-121 and a transformer of timm
pooled ones, SqueezeNet has convolutions behind its feature maps, MobileNetV3 is cut inside a
residual block, and a function of the user's gives a network that has no graph.  VGG-16 has an
eighth of its width: in full width it takes nearly as long as all others together, and is a test of
`make test-networks`.
"""

import json
import os

import numpy as np
import pytest
import torch
from project import make_project

from alignment.artifacts.arrays import Arrays, read_arrays, read_attributes
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns
from alignment.cutting.layers import beside_in
from alignment.cutting.opening import cut_as_recorded
from alignment.importance.folds import make_folds
from alignment.networks.networks import from_saved
from alignment.similarity.fits import fit
from alignment.similarity.pairs import upper_triangle

pytestmark = pytest.mark.workflow

NETWORKS = {
    "narrow_vgg16": {"architecture": "vgg.py:build"},
    "alexnet": {},
    "resnet18": {},
    "densenet121": {},
    "squeezenet1_1": {"layers": {"feature_maps": "features.11.cat", "embedding": "flatten"}},
    "mobilenet_v3_small": {"layers": {"feature_maps": "features.3.block.0"}},
    "vit_tiny": {"architecture": "timm:vit_tiny_patch16_224"},
    "own": {"architecture": "nets.py:build"},
}
HEADS = {"resnet18": "pooled", "densenet121": "pooled", "vit_tiny": "pooled"}
VGG = """
from torch import nn

def build():
    layers, before = [], 3
    for width in (8, 8, 0, 16, 16, 0, 32, 32, 32, 0, 64, 64, 64, 0, 64, 64, 64, 0):
        if width:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(inplace=True)]
            nn.init.kaiming_normal_(layers[-2].weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(layers[-2].bias)
            before = width
        else:
            layers.append(nn.MaxPool2d(2))
    layers += [nn.AdaptiveAvgPool2d(7), nn.Flatten()]
    for before, width in ((64 * 49, 64), (64, 64)):
        layers += [nn.Linear(before, width), nn.ReLU(inplace=True), nn.Dropout()]
    return nn.Sequential(*layers, nn.Linear(64, 10))
"""
# A network whose code decides by the shape of its pictures, with two layers behind its maps
NETS = """
from torch import nn
from blocks import activation

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 24, 7, stride=8)
        self.hidden, self.scores = nn.Linear(24 * 64, 16), nn.Linear(16, 5)
        self.act = activation()

    def forward(self, x):
        if x.shape[-1] != 64:
            raise ValueError("made for 64 pixels")
        return self.scores(self.act(self.hidden(self.act(self.conv(x)).flatten(1))))

def build():
    return Net()
"""
BLOCKS = """
from torch import nn

def activation():
    return nn.ReLU(inplace=True)
"""


def model_of(name, **options):
    random = {"architecture": name, "weights": {"random": 1}, "input_size": 64}
    return {f"{name}_random": random | options}


OVERLAY = {
    "datasets": {"tiny": None},
    "cohorts": {"tiny": None, "tiny-a": None, "small": {"dataset": "second"}},
    "models": {"efficientnet_lite0": None, "efficientnet_lite1": None},
    "crossvalidation": {"seeds": [111], "n_folds": 2},
    # Every stage that runs a network, as little of it as there can be.
    "controls": {"random_draws": 1},
    "statistics": {"resamples": 2},
}
for name, options in NETWORKS.items():
    OVERLAY["models"] |= model_of(name, **options)
WIDE = "vgg16"
FOLDER = "small/{model}_random/seed-111/fold-{fold}.csv"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A project with what the user has written, before any run."""
    project = make_project(tmp_path_factory.mktemp("networks"))
    (project / "nets.py").write_text(NETS)
    (project / "blocks.py").write_text(BLOCKS)
    (project / "vgg.py").write_text(VGG)
    return project


@pytest.fixture(scope="module")
def project(prepared):
    """The project after a run; what only draws or compares results does not know of networks."""
    heatmaps = (f"results/heatmaps/small/{name}_random/heatmaps.h5" for name in NETWORKS)
    tables = (f"results/predictions/{name}.csv" for name in ("summary", "controls"))
    prepared.run(*tables, *heatmaps, overlays=[OVERLAY])
    return prepared


@pytest.fixture(params=[*NETWORKS, pytest.param(WIDE, marks=pytest.mark.networks)])
def case(request, prepared, monkeypatch):
    """The embeddings of maps that are on, the feature maps and the judgments of a finished run."""
    model, project = request.param, prepared
    if model == WIDE:
        stages = {"ais": 0, "selection": 1}
        of_folds = (f"{stage}/{FOLDER.format(model=WIDE, fold=k)}" for stage, k in stages.items())
        targets = (f"results/{path}" for path in of_folds)
        project.run(*targets, overlays=[OVERLAY, {"models": model_of(WIDE)}])
    else:
        request.getfixturevalue("project")  # a run of all the others
    monkeypatch.chdir(project.folder)  # from which the user's file is named
    saved = read_network(project / f"results/networks/{model}_random.safetensors")
    cuts = cut_as_recorded(from_saved(saved), saved.attributes)
    path = project / f"results/activations/second/{model}_random.h5"
    assert read_attributes(path)["head"] == HEADS.get(model, "forward")
    judgments = read_arrays(project / "results/datasets/second/similarity.h5", "similarity")
    activations = Arrays(path)
    maps = torch.from_numpy(activations["feature_maps"])
    beside = [torch.from_numpy(values) for values in beside_in(activations)]
    assert bool(beside) == (model == "mobilenet_v3_small")
    return project, model, lambda some: cuts.head(some, *beside), maps, judgments


def plain_fits(head, maps, pairs, judgments):
    with torch.inference_mode():
        embeddings = head(maps).numpy().astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return fit(upper_triangle(np.corrcoef(embeddings))[pairs], judgments[pairs])


def test_scores_are_those_of_plain_forward_passes(case):
    project, model, head, maps, judgments = case
    fold, _ = make_folds(np.arange(len(judgments)), judgments, [111], 2).of(judgments)
    table = read_columns(project / f"results/ais/{FOLDER.format(model=model, fold=0)}")
    values = upper_triangle(judgments)
    full = plain_fits(head, maps, fold.train_pairs, values)
    assert table["fit_full"][0] == pytest.approx(full, abs=1e-6)
    for f in np.random.default_rng(0).choice(maps.shape[1], 5, replace=False):
        off = maps.clone()
        off[:, f] = 0
        expected = plain_fits(head, off, fold.train_pairs, values)
        assert table["fit_without"][f] == pytest.approx(expected, abs=1e-6)


def test_selection_is_that_of_plain_forward_passes(case):
    project, model, head, maps, judgments = case
    _, fold = make_folds(np.arange(len(judgments)), judgments, [111], 2).of(judgments)
    curve = read_columns(project / f"results/selection/{FOLDER.format(model=model, fold=1)}")
    values = upper_triangle(judgments)
    for k in (3, 20, maps.shape[1] // 2, maps.shape[1]):
        on = torch.zeros_like(maps)
        on[:, curve["map"][:k]] = maps[:, curve["map"][:k]]
        for side, pairs in (("train_fit", fold.train_pairs), ("test_fit", fold.test_pairs)):
            expected = plain_fits(head, on, pairs, values)
            assert curve[side][k - 1] == pytest.approx(expected, abs=1e-6, nan_ok=True), (side, k)


def test_random_weights_are_named_in_every_table(project):
    summary = read_columns(project / "results/predictions/summary.csv")
    assert set(summary["weights"]) == {"random weights, seed 1"}
    assert set(summary["model"]) == {f"{name}_random" for name in NETWORKS}
    for model in NETWORKS:
        path = project / f"results/heatmaps/small/{model}_random/heatmaps.h5"
        mean = [0.5] * 3 if model == "vit_tiny" else [0.485, 0.456, 0.406]
        assert json.loads(read_attributes(path)["mean"]) == mean


@pytest.mark.parametrize("file", ["nets.py", "blocks.py"])
def test_an_edit_of_the_users_files_concerns_their_network_alone(project, file):
    """The file of the function, and one that it imports."""
    target = "results/networks/own_random.safetensors"
    assert project.planned(target, overlays=[OVERLAY]) == []
    before, known = (project / file).read_text(), (project / file).stat()
    (project / file).write_text(before + "# edited")
    # As a copy with an older date would be
    os.utime(project / file, ns=(known.st_atime_ns, known.st_mtime_ns - 10**12))
    summary = "results/predictions/summary.csv"
    stale = project.planned(summary, overlays=[OVERLAY])
    assert {job.wildcards.get("model", "own_random") for job in stale} == {"own_random"}
    rules = {job.rule for job in stale}
    assert {"prepare_network", "extract_activations", "perturb_maps"} <= rules
    (project / file).write_text(before)
    assert project.planned(target, overlays=[OVERLAY]) == []


def test_what_is_wrong_with_a_users_function_is_said_at_the_end_of_a_run(project):
    target = "results/networks/own_random.safetensors"
    (project / "nets.py").write_text(NETS.replace("return Net()", "return None"))
    done = project.snakemake(target, overlays=[OVERLAY], flags=["--cores", "2"])
    assert done.code != 0
    assert "own_random: the function nets.py:build returns None, where a torch.nn" in done.said


def test_a_network_without_any_activity_is_told_of(project):
    target = "results/activations/second/own_random.h5"
    silent = "net = Net()\n    net.conv.bias.data.fill_(-1000)\n    return net"
    (project / "nets.py").write_text(NETS.replace("return Net()", silent))
    done = project.snakemake(target, overlays=[OVERLAY], flags=["--cores", "2"])
    assert done.code == 0
    assert "the feature maps of own_random are zero in every picture of" in done.said


def test_another_number_of_cores_makes_the_same_choice(project):
    """Last here, since it runs AlexNet's stages again: one thread a job in place of two."""
    tables = [
        project / f"results/{stage}/{FOLDER.format(model='alexnet', fold=fold)}"
        for stage in ("ais", "selection", "retained")
        for fold in (0, 1)
    ]
    before = [read_columns(path) for path in tables]
    done = project.snakemake(
        *(str(path.relative_to(project.folder)) for path in tables),
        overlays=[OVERLAY],
        flags=["--cores", "1", "--forcerun", "perturb_maps"],
    )
    assert done.code == 0, done.said
    for path, old in zip(tables, before, strict=True):
        new = read_columns(path)
        assert new.keys() == old.keys()
        exact = {"cohort", "model", "seed", "fold", "map", "rank", "k"} & old.keys()
        for name in exact:
            np.testing.assert_array_equal(new[name], old[name], err_msg=f"{path}: {name}")
        for name in old.keys() - exact:
            np.testing.assert_allclose(new[name], old[name], rtol=0, atol=1e-7, err_msg=name)
