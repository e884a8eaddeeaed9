"""The table of families in docs/networks.md; `make networks-table` writes it.

Each network is cut by default, and for three maps its head is compared with plain hooks on the
untouched module: the map is set to zero where the network makes it, and the embedding is read where
the network uses it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import plain_hooks
import torch

from alignment.cutting.cuts import cut
from alignment.heads.pooling import is_pooled
from alignment.heads.split import split_head
from alignment.networks.networks import load_network
from alignment.planning.families import MEAN

PAGE = Path(__file__).parents[1] / "docs/networks.md"
BEGIN, END = "<!-- families: begin -->", "<!-- families: end -->"
HEADER = "| network | feature maps | maps | values | embedding | head |\n" + "| --- " * 6 + "|"
OUTPUT = ""  # of the whole network


@dataclass(frozen=True)
class Plain:
    """Where hooks find a network's maps and embedding.

    Attributes
    ----------
    maps : str
        A module that returns the maps.
    embedding : str or None
        A module that is given the embedding; '' for the output of the network, None for the mean
        of the maps.
    axis : int
        That of the channels in the maps.
    n_others : int
        Tokens that belong to no place.
    size : int, optional
        Of the pictures, where the usual one would take long.
    """

    maps: str
    embedding: str | None
    axis: int = 1
    n_others: int = 0
    size: int | None = None


TOKENS = {"embedding": None, "axis": 2}
NETWORKS = {
    "alexnet": Plain("features.11", "classifier.6"),
    "vgg16": Plain("features.29", "classifier.6"),
    "squeezenet1_0": Plain("features.12", OUTPUT),
    "resnet50": Plain("layer4", "fc"),
    "resnext50_32x4d": Plain("layer4", "fc"),
    "wide_resnet50_2": Plain("layer4", "fc"),
    "densenet121": Plain("features", "classifier"),
    "googlenet": Plain("inception5b", "fc"),
    "inception_v3": Plain("Mixed_7c", "fc"),
    "mobilenet_v2": Plain("features", "classifier.1"),
    "mobilenet_v3_large": Plain("features", "classifier.3"),
    "mnasnet1_0": Plain("layers", "classifier"),
    "shufflenet_v2_x1_0": Plain("conv5", "fc"),
    "regnet_y_400mf": Plain("trunk_output", "fc"),
    "efficientnet_b0": Plain("features", "classifier.1"),
    "efficientnet_v2_s": Plain("features", "classifier.1"),
    "efficientnet_lite0": Plain("_bn1", "_fc"),
    "convnext_tiny": Plain("features", "classifier.2"),
    "maxvit_t": Plain("blocks.3", "classifier.5"),
    "swin_t": Plain("permute", "head"),
    "swin_v2_t": Plain("permute", "head"),
    "vit_b_16": Plain("encoder.ln", n_others=1, **TOKENS),
    "vit_b_32": Plain("encoder.ln", n_others=1, **TOKENS),
    "timm:resnet50": Plain("layer4", "fc"),
    "timm:regnety_004": Plain("final_conv", "head.fc"),
    "timm:efficientnet_b0": Plain("bn2", "classifier"),
    "timm:mobilenetv3_large_100": Plain("blocks", "classifier"),
    "timm:densenet121": Plain("features", "classifier"),
    "timm:vgg16": Plain("features.29", "head.fc"),
    "timm:convnext_tiny": Plain("stages", "head.fc"),
    "timm:nfnet_f0": Plain("final_act", "head.fc"),
    "timm:mobilevit_s": Plain("final_conv", "head.fc"),
    "timm:maxvit_tiny_tf_224": Plain("stages", "head.fc"),
    "timm:swin_tiny_patch4_window7_224": Plain("norm", "head.fc", axis=3),
    "timm:swinv2_tiny_window8_256": Plain("norm", "head.fc", axis=3),
    "timm:pvt_v2_b0": Plain("stages", "head"),
    "timm:vit_small_patch16_224": Plain("norm", n_others=1, **TOKENS),
    "timm:vit_base_patch32_clip_224": Plain("norm", n_others=1, **TOKENS),
    "timm:vit_small_patch14_dinov2": Plain("norm", n_others=1, size=224, **TOKENS),
    "timm:vit_small_patch14_reg4_dinov2": Plain("norm", n_others=5, size=224, **TOKENS),
    "timm:deit_tiny_distilled_patch16_224": Plain("norm", n_others=2, **TOKENS),
    "timm:beit_base_patch16_224": Plain("norm", n_others=1, **TOKENS),
    "timm:cait_xxs24_224": Plain("norm", n_others=1, **TOKENS),
    "timm:mixer_s32_224": Plain("norm", **TOKENS),
}


def checked_row(name: str, folder: Path) -> tuple[str, float]:
    """Return a network's row, and by how much its head and plain hooks differ at most.

    The difference is a share of the largest value of the embeddings.
    """
    plain = NETWORKS[name]
    network = load_network(name, {"random": 1}, cache_dir=folder, input_size=plain.size)
    cuts = cut(network)
    size = (3, 3, network.input_size, network.input_size)
    pictures = torch.randn(size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        found = cuts.backbone(pictures)
    maps, embedding = found["feature_maps"], found["embedding"]
    where = {
        "maps": plain.maps,
        "embedding": plain.embedding,
        "axis": plain.axis,
        "n_others": plain.n_others,
    }
    whole = plain_hooks.embeddings(network.module, pictures, **where)
    largest = float(whole.abs().max())
    differences = [float((embedding - whole).abs().max())]
    for f in (0, len(maps[0]) // 2, len(maps[0]) - 1):
        off = maps.clone()
        off[:, f] = 0
        with torch.no_grad():
            given = cuts.head(off)
        expected = plain_hooks.embeddings(network.module, pictures, **where, off=f)
        if maps[:, f].any():
            assert not torch.equal(expected, whole), f"{name}: map {f} changes nothing"
        differences.append(float((given - expected).abs().max()))
    head = "run again for every map"
    if is_pooled(maps.numpy(), embedding.numpy()):
        head = "arithmetic"
    elif split_head(cuts.head) is not None:
        head = "first layer map by map"
    elif cuts.notes:
        head = "network run again for every map"
    shape = " x ".join(map(str, cuts.maps_shape))
    values = "signed" if maps.min() < 0 else "0 or more"
    embedding = cuts.embedding if cuts.embedding == MEAN else f"`{cuts.embedding}`"
    row = f"| {name} | `{cuts.feature_maps}` | {shape} | {values} | {embedding} | {head} |"
    return row, max(differences) / largest


def rows_of_page() -> dict[str, str]:
    """Return the rows of the table in docs/networks.md by the names of the networks."""
    table = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows}


def write_page(rows: list[str]) -> None:
    """Put the rows into docs/networks.md."""
    text = PAGE.read_text(encoding="utf-8")
    table = "\n".join([BEGIN, HEADER, *rows, END])
    pattern = f"{re.escape(BEGIN)}.*{re.escape(END)}"
    PAGE.write_text(re.sub(pattern, lambda _: table, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    found = []
    for name in NETWORKS:
        row, difference = checked_row(name, Path())
        print(row, f"{difference:.1e}", flush=True)
        found.append(row)
    write_page(found)
