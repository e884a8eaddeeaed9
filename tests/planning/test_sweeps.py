"""Networks that are cut at several layers."""

from alignment.planning.sweeps import sweeps, with_each_cut

NET = {"architecture": "vgg16", "weights": {"random": 1}}
CUTS = [{"feature_maps": "features.4"}, {"feature_maps": "features.9", "embedding": "classifier.4"}]


def test_each_cut_is_a_model_of_its_own():
    models = with_each_cut({"a": NET, "net": {**NET, "layers": CUTS}})
    assert models == {
        "a": NET,
        "net@features.4": {
            **NET,
            "layers": {"feature_maps": "features.4", "embedding": "mean of the maps"},
            "label": "net, features.4",
        },
        "net@features.9": {**NET, "layers": CUTS[1], "label": "net, features.9"},
    }
    assert sweeps(models) == {
        "net": {"net, features.4": "features.4", "net, features.9": "features.9"}
    }


def test_a_network_that_is_cut_once_stays_as_it_is():
    once = {"net": {**NET, "label": "Net", "layers": CUTS[1]}}
    assert with_each_cut(once) == once
    assert sweeps(once) == {}


def test_labels_of_cuts_begin_with_that_of_the_network():
    models = with_each_cut({"net": {**NET, "label": "VGG", "layers": CUTS}})
    assert [model["label"] for model in models.values()] == ["VGG, features.4", "VGG, features.9"]
    assert list(sweeps(models)) == ["VGG"]
