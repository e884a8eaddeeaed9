"""Networks as published, against plain hooks: small ones always, families by make test-networks."""

import networks_table
import plain_hooks
import pytest
import torch
from published_shapes import ClipVisual, CORnetS, HandingEncoder

from alignment.cutting.cuts import cut
from alignment.cutting.layers import beside_in
from alignment.networks.networks import Network, load_network
from alignment.planning.families import MEAN

SIZE = 64
# Module, the layers of its default cut, and where plain hooks find maps and embedding.
PUBLISHED = {
    "CORnet-S": (
        lambda: CORnetS(10, 8),
        ("IT.nonlin3_1", "input of decoder.2"),
        ("IT", "decoder.2"),
    ),
    "CLIP": (
        lambda: ClipVisual(SIZE, 16, 48, 2, 4, 32),
        ("transformer.1", MEAN),
        ("transformer", None),
    ),
    "HuggingFace": (HandingEncoder, ("layernorm", MEAN), ("layernorm", None)),
}
HOW = {
    "CLIP": {"axis": 2, "n_others": 1, "batch_axis": 1},
    "HuggingFace": {"axis": 2, "n_others": 1},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_network_as_its_authors_wrote_it_is_cut_as_hooks_find(name):
    make, layers, where = PUBLISHED[name]
    torch.manual_seed(0)
    module = make().eval().requires_grad_(False)
    network = Network(module, name, "", "0" * 64, 10, SIZE, (0.0,) * 3, (1.0,) * 3)
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == layers
    pictures = torch.randn(5, 3, SIZE, SIZE)
    with torch.no_grad():
        found = cuts.backbone(pictures)
    how = HOW.get(name, {})
    whole = plain_hooks.embeddings(module, pictures, *where, **how)
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5)
    for f in (0, cuts.maps_shape[0] // 2, cuts.maps_shape[0] - 1):
        off = found["feature_maps"].clone()
        off[:, f] = 0
        expected = plain_hooks.embeddings(module, pictures, *where, **how, off=f)
        assert not torch.allclose(expected, whole)
        with torch.no_grad():
            torch.testing.assert_close(cuts.head(off), expected, rtol=0, atol=1e-5)


@pytest.mark.networks
@pytest.mark.parametrize("name", networks_table.NETWORKS)
def test_a_family_is_cut_as_the_table_says_and_as_hooks_find(name, tmp_path):
    row, difference = networks_table.checked_row(name, tmp_path)
    assert difference < 1e-5
    assert networks_table.rows_of_page().get(name) == row, (
        "make networks-table writes the table of docs/networks.md"
    )


# Layers inside blocks that something passes by, where plain hooks find maps and embedding
INSIDE = {
    "resnet50": ("layer4.2.bn3", "fc", 1),
    "mobilenet_v2": ("features.16.conv.2", "classifier.1", 1),
    "mobilenet_v3_large": ("features.15.block.2", "classifier.3", 1),
    "efficientnet_b0": ("features.6.3.block.3", "classifier.1", 1),
    "efficientnet_v2_s": ("features.6.14.block.3", "classifier.1", 1),
    "regnet_y_400mf": ("trunk_output.block4.block4-5.f.c", "fc", 1),
    "shufflenet_v2_x1_0": ("stage4.3.branch2", "fc", 1),
    "densenet121": ("features.denseblock4.denselayer15.conv2", "classifier", 1),
    "convnext_tiny": ("features.7.2.block.0", "classifier.2", 1),
    "swin_t": ("features.7.1.mlp", "head", 3),
    "timm:efficientnet_b0": ("blocks.5.3.conv_pwl", "classifier", 1),
    "timm:mobilenetv3_large_100": ("blocks.5.2.conv_pwl", "classifier", 1),
}


@pytest.mark.networks
@pytest.mark.parametrize("name", INSIDE)
def test_a_family_is_cut_inside_its_last_residual_block(name, tmp_path):
    layer, embedding, axis = INSIDE[name]
    network = load_network(name, {"random": 1}, cache_dir=tmp_path)
    size = network.input_size
    pictures = torch.randn(4, 3, size, size, generator=torch.Generator().manual_seed(1))
    # Norms as after training: without them values of 1e-10 would reach the last block.
    norms = [m for m in network.module.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    torch.manual_seed(0)
    network.module.train()(pictures)
    network.module.eval()
    for block in network.module.modules():
        if hasattr(block, "layer_scale"):  # 1e-6 before training
            block.layer_scale.fill_(1)
    cuts = cut(network, layer)
    with torch.no_grad():
        found = cuts.backbone(pictures)
    kept = beside_in(found)
    assert kept
    where = network.module, pictures, layer, embedding, axis
    whole = plain_hooks.embeddings(*where)
    largest = float(whole.abs().max())
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5 * largest)
    changes = []
    for f in (0, cuts.maps_shape[0] // 2, cuts.maps_shape[0] - 1):
        off = found["feature_maps"].clone()
        off[:, f] = 0
        expected = plain_hooks.embeddings(*where, off=f)
        with torch.no_grad():
            given = cuts.head(off, *kept)
        torch.testing.assert_close(given, expected, rtol=0, atol=1e-5 * largest)
        changes.append(float((expected - whole).abs().max()) / largest)
    assert max(changes) > 1e-3
