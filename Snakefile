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


# An edit of code makes stale what it made. What is fetched is checked by its SHA-256, and an edit is
# no reason to download it again.
for made in workflow.rules:
    if (
        made.script
        and Path(made.snakefile).resolve().is_relative_to(ROOT)
        and Path(made.script).stem
        != "fetch_dataset"  # whose rule a module may call otherwise
    ):
        made.set_params(code=code_of(made))


TERMINAL.explain_missing = explain_missing_target
TERMINAL.explain_locked = partial(of_lock, Path.cwd(), sys.argv)
TERMINAL.explain_unmade = explain_stale_report


onstart:
    spare_scheduler()


onsuccess:
    keep_records()
    print(after_success(STARTED, files_asked_for()))


onerror:
    keep_records()
    # After all that Snakemake says itself.
    said = after_failure(STARTED, TERMINAL.held, TERMINAL.stopped)
    atexit.register(print, said, file=sys.stderr)


rule all:
    """Everything: tables, heatmaps and figures for every cohort and model."""
    default_target: True
    input:
        TARGETS,
