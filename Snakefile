from snakemake.utils import min_version

min_version("9.0")


configfile: f"{workflow.current_basedir}/config.yaml"


report: "rules/captions/workflow.rst"


# What the rules share, then the stages in the order of the data.
include: "rules/common.smk"
include: "rules/datasets.smk"
include: "rules/networks.smk"
include: "rules/heads.smk"
include: "rules/importance.smk"
include: "rules/prediction.smk"
include: "rules/heatmaps.smk"
include: "rules/comparison.smk"
include: "rules/saliency.smk"
include: "rules/faithfulness.smk"
include: "rules/figures.smk"
include: "rules/explorer.smk"
include: "rules/topography.smk"
include: "rules/topography_figures.smk"


onsuccess:
    print(after_success(STARTED))


onerror:
    # Behind all that Snakemake says itself.
    atexit.register(print, after_failure(STARTED, UNREPEATED.held), file=sys.stderr)


rule all:
    """Everything: tables, heatmaps and figures for every cohort and model."""
    default_target: True
    input:
        TARGETS,
