"""A reader of what a page holds, and a page as large as that of the default dataset."""

import base64
from types import SimpleNamespace

import numpy as np
import pytest

from alignment.artifacts.page_files import write_page
from alignment.explorer import contents
from alignment.explorer.overview import overview
from alignment.explorer.page import page_of
from alignment.similarity.pairs import nearest_pairs

UNKNOWN = {"i1": -128, "i2": -32768}
# Names of files may hold anything but a slash, labels anything.
NAMES = [
    "</script><b>bold",
    "\"quoted\" & 'so'",
    "=1+1",
    "猫の写真",
    "סוס",
    "a, b\u2028c",
    "<!--",
    "é",
]
LABEL = "</script><script>window.broken = true</script>"


def _read(held):
    """Read a held array by its description alone."""
    values = np.frombuffer(base64.b64decode(held["data"]), np.dtype("<" + held["type"]))
    values = values.reshape(held["shape"])
    if "scale" not in held:
        return values
    real = np.where(values == UNKNOWN.get(held["type"], -1), np.nan, values)
    scale = held["scale"]
    if isinstance(scale, dict):
        scale = _read(scale).reshape(-1, *[1] * (values.ndim - 1))
    return real * scale


@pytest.fixture(scope="session")
def read():
    return _read


def draw_picture(k, height, width):
    """A picture with a shape in it, so that its WebP is about as large as that of a photograph."""
    y, x = np.mgrid[:height, :width]
    rng = np.random.default_rng(k)
    cy, cx, size = rng.uniform(0.3, 0.7, 3) * [height, width, min(height, width)]
    inside = (y - cy) ** 2 + (x - cx) ** 2 < (size / 2) ** 2
    texture = 60 * np.sin(x / rng.uniform(2, 8) + y / rng.uniform(2, 8))
    shades = [np.where(inside, rng.uniform(80, 190) + texture, 128) for _ in range(3)]
    return np.clip(np.stack(shades, axis=2), 0, 255).astype(np.uint8)


def cohort_part(cohort, model, images, feature_maps, n_folds, n_nearest=None):
    """The packs of a cohort and model, with numbers drawn by chance."""
    rng = np.random.default_rng([len(images), feature_maps.shape[-1]])
    n, n_maps, height, width = feature_maps.shape
    judgments, rsm, held_out = (np.clip(m + m.T, 0, 2) / 2 for m in rng.random((3, n, n)))
    tested = np.triu(rng.random((n, n)) < 0.8, 1)
    held_out[~(tested | tested.T)] = np.nan
    first, second = nearest_pairs(judgments, rsm, n_nearest or n)
    shares = rng.normal(0.3, 0.4, (2, len(first), height, width)) / (height * width)
    shares[1, np.isnan(held_out[first, second])] = np.nan
    ais = rng.normal(scale=1e-3, size=(n, n_maps))
    heatmap = rng.random((n, height, width)).astype(np.float32)
    pairs = {"first": first, "second": second, "all_maps": shares[0], "retained": shares[1]}
    scores = {
        "map": rng.integers(0, n_maps, (len(first), 10)),
        "ais": rng.normal(size=(len(first), 10)),
        "images": np.arange(n),
    }
    both = f"{cohort}/{model}"
    packs = {
        f"people/{cohort}": contents.people_pack(judgments),
        f"heatmaps/{both}": contents.heatmap_pack(heatmap, rng.random(n), ais, feature_maps),
        f"similarities/{both}": contents.similarity_pack(rsm, held_out, np.isfinite(held_out)),
        f"arrangements/{both}": contents.arrangement_pack(judgments, rsm, held_out),
        f"pairs/{both}": contents.pair_pack(pairs, scores),
        f"folds/{both}": contents.fold_pack(
            rng.normal(size=(n_folds, n_maps)), rng.random((n_folds, n_maps)) < 0.2, ais
        ),
    }
    part = {"cohort": cohort, "model": model, "images": [int(i) for i in images], "packs": packs}
    return part, heatmap


def make_page(folder, n_images=92, n_maps=1280, n_folds=40, sides=(7, 8), n_nearest=None):
    """Write a page of pictures and numbers drawn by chance.

    Returns
    -------
    namespace
        ``path``, ``size`` in bytes, ``names``, ``sizes`` of the pictures, and of the first cohort
        and model ``heatmaps`` and ``rivals``, its heatmaps of another kind.
    """
    rng = np.random.default_rng(0)
    names = NAMES + [f"picture-{k:04d}" for k in range(n_images - len(NAMES))]
    shapes = [(175, 175)] * n_images
    shapes[1], shapes[2], shapes[3] = (120, 175), (175, 90), (5, 4)
    pictures = [draw_picture(k, *shape) for k, shape in enumerate(shapes)]
    half = n_images // 2 + 2
    cohorts = {"all": range(n_images), "first": range(half), "rest": range(half, n_images)}
    packs = contents.picture_packs(pictures)
    packs["saliency"] = contents.saliency_pack(
        {name: rng.random((n_images, 24, 24)) for name in ("gaze", "gaussian")}
    )
    parts, heatmaps, rivals, models = [], None, None, {}
    for side in sides:
        model = f"network{side}"
        maps = np.maximum(rng.standard_normal((n_images, n_maps, side, side), np.float32), 0)
        packs[f"maps/{model}"] = contents.map_pack(maps)
        models[model] = {
            **{"maps": n_maps, "height": side, "width": side, "pooled": True},
            "facts": [["weights", "drawn by chance"]],
        }
        for cohort, images in cohorts.items():
            few = n_nearest if len(images) > 200 else None
            part, heatmap = cohort_part(cohort, model, images, maps[list(images)], n_folds, few)
            heatmaps = heatmap if heatmaps is None else heatmaps
            rival = rng.random(heatmap.shape, np.float32)
            rivals = rival if rivals is None else rivals
            packs[f"heatmaps/{cohort}/{model}@cam"] = contents.rival_pack(rival)
            parts.append(part)
    contents.without_repetition(parts)
    for part in parts:
        packs |= part["packs"]
    index = {
        "image": np.array(names),
        "width": np.array([width for _, width in shapes]),
        "height": np.array([height for height, _ in shapes]),
    }
    labels = {
        "kind": np.array([LABEL if k % 3 else "plain" for k in range(n_images)]),
        "age": np.array([k % 2 if k % 4 else np.nan for k in range(n_images)]),
    }
    called = {"datasets": {"made": LABEL}, "cohorts": {"first": LABEL}}
    shown = overview("made", index, labels, cohorts, models, called)
    shown |= {
        "numbers": [
            {
                **{"cohort": cohort, "model": model, "test_full": 0.3, "test_retained": 0.4},
                **{"difference": 0.1, "interval_low": 0.02, "interval_high": 0.2},
                **{"p_holm": 0.03, "n_folds": n_folds, "n_retained_mean": 200.5, "ceiling": 0.9},
            }
            for cohort in cohorts
            for model in models
        ],
        "controls": [
            {
                **{"cohort": cohort, "model": model, "label": label, "test_control": 0.15 + k / 20},
                **{"test_retained": 0.4, "difference": 0.2, "interval_low": 0.1},
                **{"interval_high": 0.3, "p_holm": 0.01, "n_folds": n_folds},
            }
            for cohort in cohorts
            for model in models
            for k, label in enumerate(("random sets", "most active maps", LABEL))
        ],
        "influence": [
            {
                **{"cohort": cohort, "model": model, "best_map": 605, "best_share": 0.975},
                **{"difference": 0.1, "difference_without": 0.05, "interval_low": -0.01},
                **{"interval_high": 0.11, "p_holm": 0.16},
            }
            for cohort in cohorts
            for model in models
        ],
        "label_tests": [
            {
                **{"cohort": cohort, "model": model, "label": LABEL, "n_groups": 2},
                **{"test_label": 0.35, "test_retained": 0.4, "difference": 0.05},
                **{"interval_low": None, "interval_high": None, "p_holm": None},
                **{"within_full": 0.31, "within_retained": 0.3},
            }
            for cohort in cohorts
            for model in models
        ],
        "saliency": [
            {"id": "gaze", "label": "gaze", "kind": "folder"},
            {"id": "gaussian", "label": "centred Gaussian", "kind": "baseline"},
        ],
        **{"fit": "r2", "framing": "stretch", "all_pairs": 200, "seeds": [111, 222]},
        "heatmaps": [["ais", "AIS"], ["cam", LABEL]],
        "methods": {"facts": [["dataset", LABEL]], "citations": [LABEL], "config": LABEL},
    }
    path = folder / "made.html"
    text, scripts = page_of(shown, packs, "data/made")
    write_page(path, text, folder / "data" / "made", scripts)
    size = path.stat().st_size
    return SimpleNamespace(
        path=path,
        size=size,
        names=names,
        shapes=shapes,
        heatmaps=heatmaps,
        rivals=rivals,
        label=LABEL,
    )


@pytest.fixture(scope="session")
def make():
    return make_page


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return make_page(tmp_path_factory.mktemp("explorer"))
