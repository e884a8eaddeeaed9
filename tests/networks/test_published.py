"""Networks as published, against plain hooks: small ones always, families by make test-networks."""

import networks_table
import plain_hooks
import pytest
import torch
from published_shapes import ClipVisual, CORnetS, HandingEncoder

from alignment.cutting.cuts import cut
from alignment.networks.networks import Network
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
