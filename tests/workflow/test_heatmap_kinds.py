"""Other kinds of heatmaps in a run: made, drawn and compared beside those of AIS."""

import h5py
import numpy as np
import pytest
from PIL import Image
from project import rows_of

pytestmark = pytest.mark.workflow

COHORT, MODEL = "tiny-a", "efficientnet_lite0"
KINDS = ["cam", "grad_cam", "mean", "shapley", "integrated"]
MAKERS = [MODEL, *(f"{MODEL}@{kind}" for kind in KINDS)]
ALL_KINDS = {
    "heatmaps": {"kinds": ["ais", *KINDS]},
    "cohorts": {"tiny": None},
    "models": {"efficientnet_lite1": None},
}


def heatmaps_of(project, maker):
    with h5py.File(project / f"results/heatmaps/{COHORT}/{maker}/heatmaps.h5") as file:
        assert file.attrs["model"] == maker
        return file["heatmap"][()], file["images"].asstr()[()].tolist()


def test_every_kind_is_made_drawn_and_compared_with_saliency(copied):
    overlay = f"results/heatmaps/{COHORT}/{MODEL}@cam/p80/03.png"
    targets = [f"results/figures/heatmaps-{COHORT}.png", "results/figures/relative_risk.png"]
    copied.run(*targets, overlay, overlays=[ALL_KINDS])
    own, images = heatmaps_of(copied, MODEL)
    for maker in MAKERS[1:]:
        values, listed = heatmaps_of(copied, maker)
        assert listed == images
        assert values.shape == own.shape
        assert values.min() >= 0 or maker.endswith("mean")
        assert values.any()
        assert not np.array_equal(values, own)
    with h5py.File(copied / f"results/activations/tiny/{MODEL}.h5") as file:
        maps, names = file["feature_maps"][()], file["images"].asstr()[()].tolist()
    expected = maps[[names.index(image) for image in images]].mean(axis=1)
    found, _ = heatmaps_of(copied, f"{MODEL}@mean")
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    with Image.open(copied / overlay) as drawn:
        assert drawn.size == (64, 48)
    rows = rows_of(copied / "results/saliency/summary.csv")
    assert list(dict.fromkeys(row["model"] for row in rows)) == MAKERS
    # What is not made from heatmaps knows models alone.
    jobs = copied.planned("all", overlays=[ALL_KINDS], flags=["--forceall"])
    variants = {job.rule for job in jobs if "@" in job.wildcards.get("model", "")}
    assert variants == {"draw_overlays", "compare_saliency"}
    kinds = {job.wildcards["kind"] for job in jobs if job.rule == "compute_rival_heatmaps"}
    assert kinds == set(KINDS)
