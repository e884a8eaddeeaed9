"""What an entry of the config says of a network is what is opened."""

from alignment.cutting.opening import cut_as_recorded, load_and_cut

ENTRY = {"architecture": "resnet18", "weights": {"random": 1}}


def test_what_an_entry_does_not_say_is_left_to_the_network(tmp_path):
    network, cuts = load_and_cut(ENTRY, tmp_path)
    assert network.weights_name == "random weights, seed 1"
    assert (cuts.feature_maps, cuts.embedding) == ("layer4.1.relu_1", "flatten")


def test_preparation_and_layers_are_those_of_the_entry(tmp_path):
    own = {"input_size": 64, "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]}
    layers = {"layers": {"feature_maps": "layer3.1.relu_1", "embedding": "flatten"}}
    network, cuts = load_and_cut(ENTRY | own | layers, tmp_path)
    assert network.input_size == 64
    assert (list(network.mean), list(network.std)) == (own["mean"], own["std"])
    assert cuts.feature_maps == "layer3.1.relu_1"


def test_a_network_is_cut_again_where_a_file_says(tmp_path):
    layers = {"layers": {"feature_maps": "layer3.1.bn2", "embedding": "avgpool"}}
    network, cuts = load_and_cut(ENTRY | {"input_size": 64} | layers, tmp_path)
    recorded = {"feature_maps_layer": cuts.feature_maps, "embedding_layer": cuts.embedding}
    again = cut_as_recorded(network, recorded)
    assert (again.feature_maps, again.embedding) == ("layer3.1.bn2", "avgpool")
    assert again.notes == cuts.notes != ()
