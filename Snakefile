from snakemake.utils import min_version

min_version("9.0")


configfile: f"{workflow.basedir}/config.yaml"


report: "rules/captions/workflow.rst"


# Functions, then the stages in the order of the data.
include: "rules/config.smk"
include: "rules/common.smk"
include: "rules/jobs.smk"
include: "rules/checks.smk"
include: "rules/targets.smk"
include: "rules/datasets.smk"
include: "rules/activations.smk"
include: "rules/perturbation.smk"
include: "rules/importance.smk"
include: "rules/controls.smk"
include: "rules/heatmaps.smk"
include: "rules/saliency.smk"
include: "rules/statistics.smk"
include: "rules/agreement.smk"
include: "rules/stability.smk"
include: "rules/figures.smk"


onsuccess:
    report_success()


onerror:
    report_failure()


rule all:
    """Everything: tables, heatmaps and figures for every cohort and model."""
    default_target: True
    input:
        tables(),
        heatmap_pictures(),
        figures(),
        agreement(),
        stability(),
