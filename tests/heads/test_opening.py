"""Heads are opened from saved activations: the right kind, and a network only where it is run."""

import numpy as np
import plain_hooks
import pytest
import torch

from alignment.cutting.cuts import cut
from alignment.cutting.layers import beside_in
from alignment.heads import opening
from alignment.heads.connected import ConnectedHead
from alignment.heads.forward import ForwardHead
from alignment.heads.layered import SavedRemovals
from alignment.heads.opening import open_head, open_removals, processes_for
from alignment.heads.pooled import PooledHead, PooledRemovals
from alignment.heads.pooling import is_pooled
from alignment.heads.split import split_head
from alignment.networks.networks import Network, load_network, to_saved

N_IMAGES, SIZE = 3, 64
# Architecture, where it is cut, and the head that is exact for it.
NETWORKS = [
    ("resnet18", None, None, PooledHead),
    ("alexnet", None, None, ConnectedHead),
    ("squeezenet1_1", "features.11.cat", "flatten", ForwardHead),
    ("mobilenet_v3_small", "features.11.block.2", "flatten", ForwardHead),  # a residual block
]


class Activations(dict):
    """Arrays that note which of them were read."""

    def __init__(self, arrays, attributes):
        super().__init__(arrays)
        self.attributes, self.read = attributes, []

    def __getitem__(self, name):
        self.read.append(name)
        return super().__getitem__(name)


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda case: case[0])
def case(request, tmp_path_factory):
    """A saved network, what it makes of three pictures, and the head that is expected."""
    architecture, *layers, expected = request.param
    folder = tmp_path_factory.mktemp("cache")
    network = load_network(architecture, {"random": 1}, cache_dir=folder, input_size=SIZE)
    cuts = cut(network, *layers)
    with torch.inference_mode():
        pictures = torch.randn(N_IMAGES, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
        found = cuts.backbone(pictures)
    pooled = is_pooled(found["feature_maps"].numpy(), found["embedding"].numpy())
    kept = [name for name in found if name != "logits"]
    arrays = {name: found[name].numpy() for name in kept}
    attributes = {
        "head": "pooled" if pooled else "forward",
        "feature_maps_layer": cuts.feature_maps,
        "embedding_layer": cuts.embedding,
    }
    return to_saved(network, attributes), arrays, attributes, cuts.head, expected


def opened(arrays, attributes, read_network):
    activations = Activations(arrays, attributes)
    head = open_head(activations, read_network, "pearson", "cpu", 1, 200)
    return head, activations


def test_the_head_is_the_first_that_is_exact_and_repeats_the_network(case):
    saved, arrays, attributes, plain, expected = case
    asked = []

    def read_network():
        asked.append(True)
        return saved

    head, activations = opened(arrays, attributes, read_network)
    assert type(head) is expected
    assert (head.n_images, head.n_maps) == arrays["feature_maps"].shape[:2]
    # Only layers that are run again need the network and its maps.
    assert len(asked) == (expected is not PooledHead)
    read = [name for name in arrays if name not in ("embedding", "feature_maps")]
    assert activations.read == (
        ["embedding"] if expected is PooledHead else ["feature_maps", *read]
    )
    kept = np.random.default_rng(0).random(head.n_maps) < 0.5
    maps = arrays["feature_maps"] * kept[:, None, None]
    with torch.inference_mode():
        beside = map(torch.from_numpy, beside_in(arrays))
        embedding = plain(torch.from_numpy(maps), *beside).numpy().astype(np.float64)
    found = head.similarities_of_sets(kept[None], np.arange(3))
    np.testing.assert_allclose(found[0], np.corrcoef(embedding)[np.triu_indices(3, 1)], atol=1e-5)


def test_threads_are_those_that_a_job_was_given(case):
    saved, arrays, attributes, _, expected = case
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        open_head(Activations(arrays, attributes), lambda: saved, "pearson", "cpu", 2, 200)
        assert torch.get_num_threads() == (3 if expected is PooledHead else 2)
    finally:
        torch.set_num_threads(before)


def test_maps_of_a_pooled_head_are_scored_without_a_file_of_removals(case):
    _, arrays, attributes, _, expected = case
    activations = Activations(arrays, attributes)
    n_maps = arrays["feature_maps"].shape[1]
    saved = {
        "rsm": np.zeros(3),
        "rsm_without": np.zeros((n_maps, 3)),
        "rsm_without_one_side": np.zeros((3, n_maps, 3)),
    }
    removals = open_removals(activations, saved, "pearson", 200)
    assert type(removals) is (PooledRemovals if expected is PooledHead else SavedRemovals)
    assert removals.n_maps == n_maps
    assert activations.read == (["embedding"] if expected is PooledHead else [])


def test_all_tokens_of_a_map_are_off_where_the_class_token_is_the_embedding(tmp_path):
    architecture = "timm:vit_tiny_patch16_224"
    network = load_network(architecture, {"random": 1}, cache_dir=tmp_path, input_size=32)
    cuts = cut(network, tokens="class")
    pictures = torch.randn(N_IMAGES, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = cuts.backbone(pictures)
    names = "feature_maps", "other_tokens", "embedding"
    arrays = {name: found[name].numpy() for name in names}
    attributes = {
        "head": "forward",
        "feature_maps_layer": cuts.feature_maps,
        "embedding_layer": cuts.embedding,
        "tokens": "class",
    }
    head, _ = opened(arrays, attributes, lambda: to_saved(network, attributes))
    assert type(head) is ForwardHead
    assert (head.n_images, head.n_maps) == (N_IMAGES, 192)
    rsm, blocks = head.switched_off()
    tested = {0, 100, 191}
    for block in blocks:
        (f,) = range(192)[block.maps]
        if f in tested:
            expected = plain_hooks.embeddings(
                network.module, pictures, "blocks.10", "head", axis=2, off=f
            )
            similarity = np.corrcoef(expected.numpy())[np.triu_indices(3, 1)]
            np.testing.assert_allclose(block.both[0], similarity, atol=1e-5)
            tested.remove(f)
    assert not tested
    whole = np.corrcoef(arrays["embedding"])[np.triu_indices(3, 1)]
    np.testing.assert_allclose(rsm, whole, atol=1e-5)


class Odd(torch.nn.Module):
    """Flattens places before its linear layer, so that this mixes no maps."""

    def __init__(self):
        super().__init__()
        self.maps = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU())
        self.hidden = torch.nn.Linear(100, 8)
        self.fc = torch.nn.Linear(32, 5)

    def forward(self, x):
        return self.fc(self.hidden(self.maps(x).flatten(2)).relu().flatten(1))


def test_a_head_that_flattens_other_dimensions_is_run_again():
    torch.manual_seed(0)
    module = Odd().eval().requires_grad_(False)
    network = Network(module, "nets.py:odd", "", "0" * 64, 5, 12, (0.0,) * 3, (1.0,) * 3)
    cuts = cut(network)
    pictures = torch.randn(N_IMAGES, 3, 12, 12)
    with torch.inference_mode():
        maps = cuts.backbone(pictures)["feature_maps"]
    assert split_head(cuts.head) is None
    _, blocks = ForwardHead(cuts.head, maps).switched_off()
    for f, block in enumerate(blocks):
        expected = plain_hooks.embeddings(module, pictures, "maps", "fc", off=f).numpy()
        similarity = np.corrcoef(expected)[np.triu_indices(3, 1)]
        np.testing.assert_allclose(block.both[0], similarity, atol=1e-5)


@pytest.mark.parametrize(
    ("head", "fit", "gpu", "expected"),
    [
        ("pooled", "r2", "a GPU", 4),  # for which it is not used
        ("pooled", "spearman", None, 4),
        ("pooled", "spearman", "a GPU", 1),
        ("forward", "r2", None, 1),
    ],
)
def test_folds_are_shared_out_where_neither_layers_nor_a_gpu_are_run(
    monkeypatch, head, fit, gpu, expected
):
    asked = []

    def gpu_to_rank_on(device, n_similarities):
        asked.append((device, n_similarities))
        return gpu

    monkeypatch.setattr(opening, "gpu_to_rank_on", gpu_to_rank_on)
    activations = Activations({"embedding": np.zeros((5, 7))}, {"head": head})
    assert processes_for(activations, fit, "auto", threads=4) == expected
    assert asked == ([("auto", 7 * 10)] if (head, fit) == ("pooled", "spearman") else [])
    assert processes_for(activations, fit, "auto", threads=1) == 1
