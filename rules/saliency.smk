# Reads results/heatmaps/, the pictures and maps that the config names; writes results/saliency/: the
# saliency maps of every source, and how much heatmaps overlap with them.

SALIENCY = config["saliency"]["enabled"]
SALIENCY_MAPS = expand(
    "results/saliency/{dataset}/{source}.h5", source=SOURCES, allow_missing=True
)
if SALIENCY:
    TARGETS += everywhere(
        "results/saliency/summary.csv",
        "results/saliency/{cohort}/{model}.csv",
        model=MAKERS,
    )


rule compute_saliency:
    """Compute or read the saliency maps of a dataset by one source."""
    input:
        pictures="results/datasets/{dataset}/pictures.csv",
        files=given(saliency_inputs),
    output:
        maps="results/saliency/{dataset}/{source}.h5",
    log:
        "results/logs/compute_saliency/{dataset}/{source}.log",
    benchmark:
        "results/benchmarks/compute_saliency/{dataset}/{source}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(3000, 10),
    params:
        definition=saliency_definition,
        contents=contents_of(saliency_files),
    script:
        "../workflow_scripts/compute_saliency.py"


rule compare_saliency:
    """Compare a cohort's heatmaps with the saliency maps of their own pictures and of others."""
    input:
        heatmaps="results/heatmaps/{cohort}/{model}/heatmaps.h5",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        maps=of_dataset(SALIENCY_MAPS),
        fixations=given(fixation_files),
    output:
        table="results/saliency/{cohort}/{model}.csv",
        tests="results/saliency/{cohort}/{model}/tests.csv",
    log:
        "results/logs/compare_saliency/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/compare_saliency/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 10),
    params:
        contents=contents_of(fixation_files),
    script:
        "../workflow_scripts/compare_saliency.py"


rule summarize_saliency:
    """Summarize the overlap of heatmaps with saliency maps over cohorts and models."""
    input:
        tables=everywhere("results/saliency/{cohort}/{model}.csv", model=MAKERS),
        tests=everywhere("results/saliency/{cohort}/{model}/tests.csv", model=MAKERS),
    output:
        summary="results/saliency/summary.csv",
    log:
        "results/logs/summarize_saliency.log",
    benchmark:
        "results/benchmarks/summarize_saliency.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        kinds={name: source["kind"] for name, source in SOURCES.items()},
    script:
        "../workflow_scripts/summarize_saliency.py"
