"""A report shows what the config and the code would make, or none is made."""

import pytest
import yaml
from project import OVERLAY

pytestmark = pytest.mark.workflow

OTHER_FIT = {"fit": "pearson"}
MODULE = """
configfile: "study.yaml"


module alignment:
    snakefile:
        "../Snakefile"
    config:
        config["alignment"]


use rule * from alignment as ais_*


rule all:
    default_target: True
    input:
        "results/figures/prediction.png",
"""


def assert_refused(done, n_jobs, report):
    assert done.code == 1
    sentence = done.said.strip().splitlines()[-1]
    jobs = "1 job is" if n_jobs == 1 else f"{n_jobs} jobs are"
    assert sentence.startswith(f"Error: no report was made, since {jobs} to be run first: ")
    assert "Traceback" not in done.said
    assert not report.exists()


def test_figures_made_with_other_settings_are_not_reported(finished, tmp_path):
    report = tmp_path / "report.html"
    flags = ["--report", str(report)]
    done = finished.snakemake(overlays=[OTHER_FIT], flags=flags)
    assert_refused(done, len(finished.planned(overlays=[OTHER_FIT])), report)
    assert "Run `snakemake --cores 4 --configfile " in done.said
    # What is reported alone may be as it should be.
    target = "results/figures/distributions.png"
    assert finished.planned(target, overlays=[OTHER_FIT]) == []
    done = finished.snakemake(target, overlays=[OTHER_FIT], flags=flags)
    assert done.code == 0, done.said
    assert report.is_file()


def test_a_report_of_figures_that_are_not_there_says_how_to_make_them(copied):
    figure = copied / "results/figures/prediction.png"
    figure.unlink()
    done = copied.snakemake(flags=["--report", "report.html"])
    assert_refused(done, 1, copied / "report.html")
    assert "(`make report` does both)." in done.said


def test_another_workflow_reports_what_is_not_stale(copied):
    (copied / "other").mkdir()
    (copied / "other/Snakefile").write_text(MODULE)
    study = yaml.safe_load(OVERLAY.read_text(encoding="utf-8"))
    (copied / "study.yaml").write_text(yaml.safe_dump({"alignment": study}, sort_keys=False))
    flags = ["--snakefile", "other/Snakefile", "--report"]
    done = copied.plain_snakemake(*flags, "fresh.html")
    assert done.code == 0, done.said
    assert (copied / "fresh.html").is_file()
    (copied / "study.yaml").write_text(
        yaml.safe_dump({"alignment": study | OTHER_FIT}, sort_keys=False)
    )
    done = copied.plain_snakemake(*flags, "report.html")
    assert done.code == 1
    assert "no report was made" in done.said
    assert "--snakefile other/Snakefile`, and then this command again." in done.said
    assert not (copied / "report.html").exists()
