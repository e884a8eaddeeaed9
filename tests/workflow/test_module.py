"""The workflow as a module of another, which has its own config and its own rules."""

import yaml
from project import CHECKOUT, OVERLAY, Project, draw_dataset, rows_of

SNAKEFILE = f"""
configfile: "study.yaml"


module alignment:
    snakefile:
        "{CHECKOUT}/Snakefile"
    config:
        config["alignment"]


use rule * from alignment as ais_*


rule count:
    default_target: True
    input:
        "results/predictions/tiny/efficientnet_lite0.csv",
        "results/agreement/activity/tiny.csv",
    output:
        "lines.txt",
    shell:
        "wc -l {{input}} > {{output}}"
"""


def test_another_workflow_makes_a_prediction(tmp_path):
    draw_dataset(tmp_path / "data/tiny")
    draw_dataset(tmp_path / "data/second", seed=1)
    study = yaml.safe_load(OVERLAY.read_text(encoding="utf-8"))
    # One cohort and one model: lists of files that hold a single one.
    del study["cohorts"]["tiny-a"]
    study["models"]["efficientnet_lite1"] = None
    study["agreement"]["enabled"] = True
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({"alignment": study}))
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    done = Project(tmp_path).plain_snakemake("--cores", "2")
    assert done.code == 0, done.said
    folds = rows_of(tmp_path / "results/predictions/tiny/efficientnet_lite0.csv")
    assert len(folds) == 2 * 3
    activity = rows_of(tmp_path / "results/agreement/activity/tiny.csv")
    assert [row["image"] for row in activity] == [f"{k:02}" for k in range(16)]
    assert {row["model"] for row in activity} == {"efficientnet_lite0"}
