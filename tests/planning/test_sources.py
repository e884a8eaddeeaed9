"""Files that stages read or have lost, found from a config."""

import pytest

from alignment.artifacts.tables import write_columns
from alignment.planning.sources import (
    citations_of,
    datasets_used,
    heatmap_makers,
    is_made_here,
    known_images,
    label_columns,
    lie_in_folders,
    lost_overlays,
    maker_label,
    network_code,
    own_pictures,
    picture_sources,
    saliency_files,
    saliency_inputs,
    saliency_sources,
    source_for,
    trained_here,
    training_files,
    weights_file,
)


def test_datasets_are_those_of_cohorts_each_once_in_their_order():
    cohorts = {"x": {"dataset": "b"}, "y": {"dataset": "a"}, "z": {"dataset": "b"}}
    assert datasets_used({"datasets": {"a": {}, "b": {}, "c": {}}, "cohorts": cohorts}) == [
        "b",
        "a",
    ]


def test_what_is_fetched_is_cited_and_of_own_data_nothing_is_known():
    said = citations_of({"source": "mur92", "images": "x"})
    assert [text.split(":")[0] for text in said] == ["The pictures", "The judgments"]
    assert citations_of({"images": "x"}) == []


def test_pictures_are_files_and_of_a_fetched_dataset_its_folder(tmp_path):
    for name in ("b.png", "a.jpg", "notes.txt"):
        (tmp_path / name).touch()
    own = {"images": str(tmp_path)}
    assert picture_sources(own) == [f"{tmp_path}/a.jpg", f"{tmp_path}/b.png"]
    fetched = {"images": "results/datasets/m/source/pictures", "source": "mur92"}
    assert picture_sources(fetched) == ["results/datasets/m/source/pictures"]


def test_pictures_that_snakemake_would_take_for_patterns_stand_in_their_folder(tmp_path):
    own = {"images": str(tmp_path)}
    for name in ("a.png", "b{c}.png"):
        (tmp_path / name).touch()
    assert picture_sources(own) == [str(tmp_path)]
    assert own_pictures(own) == [f"{tmp_path}/a.png", f"{tmp_path}/b{{c}}.png"]
    assert own_pictures({"images": str(tmp_path), "source": "mur92"}) == []


def test_maps_that_snakemake_would_take_for_patterns_stand_in_their_folder(tmp_path):
    source = {"folder": str(tmp_path)}
    (tmp_path / "a.png").touch()
    assert saliency_inputs(source) == saliency_files(source) == [f"{tmp_path}/a.png"]
    (tmp_path / "b{c}.png").touch()
    assert saliency_inputs(source) == [str(tmp_path)]
    assert saliency_files(source) == [f"{tmp_path}/a.png", f"{tmp_path}/b{{c}}.png"]


def test_images_to_train_on_are_local_only_where_the_config_says_so(tmp_path, monkeypatch):
    """Whatever lies in the folder of the project."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytorch_model.bin").touch()
    assert training_files({"source": "digits", "epochs": 1}) == []
    assert training_files({"source": "mnist", "archive": "a.tgz"}) == ["a.tgz"]
    (tmp_path / "bars").mkdir()
    for name in ("test_batch.bin", "data_batch_1.bin", "readme.html"):
        (tmp_path / "bars" / name).touch()
    found = training_files({"source": "cifar10", "folder": "bars"})
    assert found == ["bars/data_batch_1.bin", "bars/test_batch.bin"]


def test_pictures_are_known_once_they_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("p/cats/1.png", "p/dogs/1.png", "results/datasets/far/pictures.csv"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    config = {
        "datasets": {"own": {"images": "p"}, "far": {"source": "mur92"}},
        "cohorts": {"a": {"dataset": "own"}},
    }
    assert known_images(config) == ["cats/1", "dogs/1"]
    config["cohorts"]["b"] = {"dataset": "far"}
    (tmp_path / "results/datasets/far/pictures.csv").write_text("index,image\n0,x y\n")
    assert known_images(config) == ["cats/1", "dogs/1", "x y"]
    (tmp_path / "results/datasets/far/pictures.csv").unlink()
    assert known_images(config) is None


def test_pictures_in_folders_are_told_from_those_beside_one_another(tmp_path):
    for name in ("cats/1.png", "dogs/1.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert lie_in_folders({"images": str(tmp_path)})
    assert not lie_in_folders({"images": str(tmp_path / "cats")})


def test_files_that_are_made_here_are_told_from_the_users():
    made = ["results/datasets/mur92/source/judgments.npz", "./results/x"]
    own = ["data/judgments.csv", "/somewhere/results/judgments.csv", "old_results/x.csv"]
    assert [is_made_here(path) for path in made + own] == [True] * 2 + [False] * 3


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("imagenet", []),
        ({"random": 1}, []),
        ({"file": "data/w.pth", "sha256": "0"}, ["data/w.pth"]),
    ],
)
def test_a_local_file_of_weights_is_named(weights, expected):
    assert weights_file({"architecture": "vgg16", "weights": weights}) == expected


def test_a_network_that_is_trained_here_is_a_file_yet_to_be_made():
    (path,) = weights_file({"weights": {"topography": "digits/WS/lambda-1/seed-1"}})
    assert path == "results/topography/networks/digits/WS/lambda-1/seed-1.safetensors"
    assert trained_here({"weights": {"topography": "digits/WS/lambda-1/seed-1"}})
    assert not any(trained_here({"weights": given}) for given in ("topography", {"random": 1}))


SALIENCY = {
    "folders": {"gaze": "maps/{dataset}"},
    "functions": {"mine": "models.gaze:look"},
    "bottom_up": ["fine_grained"],
}


def test_sources_of_saliency_say_how_they_are_made_the_baseline_last():
    found = saliency_sources(SALIENCY)
    assert list(found.items()) == [
        ("gaze", {"kind": "folder", "folder": "maps/{dataset}"}),
        ("mine", {"kind": "function", "function": "models.gaze:look"}),
        ("fine_grained", {"kind": "bottom-up saliency"}),
        ("gaussian", {"kind": "baseline"}),
    ]


def test_a_folder_may_name_the_dataset():
    sources = saliency_sources(SALIENCY)
    assert source_for(sources["gaze"], "mine") == {"kind": "folder", "folder": "maps/mine"}
    assert source_for(sources["mine"], "mine") == sources["mine"]


def test_a_source_reads_its_folder_or_the_module_of_its_function(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "maps").mkdir()
    for name in ("b.png", "a.npy", "notes.txt"):
        (tmp_path / "maps" / name).touch()
    assert saliency_files({"folder": "maps"}) == ["maps/a.npy", "maps/b.png"]
    assert saliency_files({"kind": "baseline"}) == []
    function = {"function": "models.gaze:look"}
    assert saliency_files(function) == []  # of an installed package
    (tmp_path / "models").mkdir()
    (tmp_path / "models/gaze.py").touch()
    assert saliency_files(function) == ["models/gaze.py"]
    assert saliency_files({"function": "models/gaze.py:look"}) == ["models/gaze.py"]
    assert saliency_files({"function": "models:look"}) == []
    (tmp_path / "models/__init__.py").touch()
    assert saliency_files({"function": "models:look"}) == ["models/__init__.py"]


def test_overlays_are_lost_that_an_index_lists_and_that_are_gone(tmp_path):
    index = tmp_path / "full/index.csv"
    assert lost_overlays(index) == []
    files = ["a.png", "fée.png", "c, d.png"]
    write_columns(index, image=["a", "fée", "c, d"], file=files)
    (tmp_path / "full/a.png").touch()
    assert lost_overlays(index) == [str(index.with_name(name)) for name in files[1:]]
    for name in files:
        (tmp_path / "full" / name).touch()
    assert lost_overlays(index) == []


@pytest.mark.parametrize("damage", [b"image,file\na,a.png\nb", b"image\na\n", b"\xff\xfe", b"\0"])
def test_a_damaged_index_lists_nothing(tmp_path, monkeypatch, damage):
    """It is made anew, for which the rules have to be read."""
    index = tmp_path / "results/datasets/mur92/pictures.csv"
    index.parent.mkdir(parents=True)
    index.write_bytes(damage)
    assert lost_overlays(index) == []
    monkeypatch.chdir(tmp_path)
    datasets = {"mur92": {"source": "mur92", "images": "somewhere"}}
    config = {"datasets": datasets, "cohorts": {"c": {"dataset": "mur92"}}}
    index.write_bytes(damage.replace(b"image", b"imago"))
    assert known_images(config) is None


def test_makers_of_heatmaps_are_models_and_each_with_every_other_kind():
    assert heatmap_makers(["a", "b"], []) == ["a", "b"]
    makers = heatmap_makers(["a", "b"], ["cam", "mean"])
    assert makers == ["a", "a@cam", "a@mean", "b", "b@cam", "b@mean"]
    labels = {"a": "Net A", "b": "b"}
    kinds = ["judgment-weighted CAM", "mean of all maps"]
    said = [name for own in ("Net A", "b") for name in (own, *(f"{own}, {k}" for k in kinds))]
    assert [maker_label(maker, labels) for maker in makers] == said


def test_the_code_of_a_model_is_that_of_its_function(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {"nets.py": "import blocks", "blocks.py": ""}.items():
        (tmp_path / name).write_text(text)
    assert network_code({"architecture": "nets.py:build"}) == ["nets.py", "blocks.py"]
    for named in ("resnet18", "timm:nets"):
        assert network_code({"architecture": named}) == []


def test_columns_that_queries_may_name_are_known_where_the_labels_are_there(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "a.png").touch()
    labels = tmp_path / "labels.csv"
    own = {"images": str(pictures)}
    assert label_columns(own) == ["index", "image"]
    own["labels"] = str(labels)
    assert label_columns(own) is None
    labels.write_text("face;image;\n1;a;\n")
    assert label_columns(own) == ["index", "image", "face"]
    (pictures / "a.png").unlink()
    (pictures / "cats").mkdir()
    (pictures / "cats/a.png").touch()
    assert label_columns(own) == ["index", "image", "folder", "face"]
    labels.write_text("name,face\na,1\n")
    assert label_columns(own) is None
