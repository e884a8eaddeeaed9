"""The stage of keeping and deleting in a run: what it leaves behind, and when it runs."""

from collections import Counter

import pytest
from project import COHORTS, rows_of

pytestmark = pytest.mark.workflow

COHORT, MODEL = "tiny-a", "efficientnet_lite0"
KINDS = ["cam", "grad_cam", "place", "places", "groups", "shapley", "gradient", "integrated"]
QUICK = {
    "faithfulness": {"shares": [20], "fills": ["blur"], "kinds": [*KINDS, "centred"]},
    "cohorts": {"tiny": None},
    "models": {"efficientnet_lite1": None},
}
MAPS = [
    *("ais", *KINDS, "mean", "other", "reversed", "random"),
    *("saliency-spectral_residual", "saliency-fine_grained", "gaussian"),
    *("centred", "centred_mean"),
]
RULES = {"judge_heatmaps", "summarize_faithfulness", "plot_faithfulness", "faithfulness"}


def test_the_stage_runs_when_it_is_asked_for(copied):
    assert not [job for job in copied.planned("all", flags=["--forceall"]) if job.rule in RULES]
    copied.run("faithfulness", overlays=[QUICK])
    path = copied / f"results/faithfulness/{COHORT}/{MODEL}.csv"
    header = path.read_text().partition("\n")[0]
    assert header == "cohort,model,image,fill,test,share,map,r_before,r_after"
    rows = rows_of(path)
    assert [row["map"] for row in rows[: len(MAPS)]] == MAPS
    assert len(rows) == 2 * len(MAPS) * COHORTS[COHORT]
    assert len({(row["image"], row["r_before"]) for row in rows}) == COHORTS[COHORT]
    changed = [row for row in rows if row["r_after"]]
    assert len(changed) > 0.5 * len(rows)
    assert all(-1 <= float(row["r_after"]) <= 1 for row in changed)
    tests = rows_of(copied / "results/faithfulness/tests.csv")
    counts = Counter((row["cohort"], row["model"], row["test"]) for row in tests)
    assert counts == {(COHORT, MODEL, test): len(MAPS) - 1 for test in ("keep", "delete")}
    assert len(rows_of(copied / "results/faithfulness/summary.csv")) == 2 * len(MAPS)
    for kind in ("png", "pdf"):
        assert (copied / f"results/figures/faithfulness.{kind}").is_file()
    assert copied.planned("faithfulness", overlays=[QUICK]) == []
    another = [QUICK | {"faithfulness": QUICK["faithfulness"] | {"seed": 2}}]
    stale = Counter(job.rule for job in copied.planned("faithfulness", overlays=another))
    assert stale == dict.fromkeys(RULES, 1)
    part = [QUICK | {"faithfulness": QUICK["faithfulness"] | {"enabled": True}}]
    jobs = {job.rule for job in copied.planned("all", overlays=part, flags=["--forceall"])}
    assert jobs > RULES - {"faithfulness"}
    # The stage of saliency may be without files where it is switched off.
    off = [QUICK | {"saliency": {"enabled": False, "folders": {"gone": "no/such/folder"}}}]
    jobs = copied.planned("faithfulness", overlays=off, flags=["--forceall"])
    assert {job.wildcards["source"] for job in jobs if "saliency" in job.rule} == {"gaussian"}
