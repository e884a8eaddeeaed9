# Reads results/activations/, results/networks/, results/saliency/, the judgments and the pictures;
# writes results/faithfulness/: what keeping and deleting the top of heatmaps and of their rivals does.
# Part of `rule all` only where the config says so: `make faithfulness` asks for it.

FAITHFULNESS = config["faithfulness"]
# Sources that the stage of saliency is told to leave alone may have no files.
JUDGED_SOURCES = SOURCES if SALIENCY else ["gaussian"]
if FAITHFULNESS["enabled"]:
    TARGETS += [
        "results/faithfulness/summary.csv",
        "results/faithfulness/tests.csv",
    ]


rule judge_heatmaps:
    """Keep and delete what heatmaps and their rivals point at, and see what is left of the fit."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        folder=ancient(of_dataset("results/datasets/{dataset}/images")),
        maps=of_dataset(
            expand(
                "results/saliency/{dataset}/{source}.h5",
                source=JUDGED_SOURCES,
                allow_missing=True,
            )
        ),
    output:
        table="results/faithfulness/{cohort}/{model}.csv",
    log:
        "results/logs/judge_heatmaps/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/judge_heatmaps/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(config["compute"]["memory_mb"], 120),
    params:
        **HEAD,
        negative_scores=config["heatmaps"]["negative_scores"],
        kinds=FAITHFULNESS["kinds"],
        shares=FAITHFULNESS["shares"],
        fills=FAITHFULNESS["fills"],
        seed=FAITHFULNESS["seed"],
    script:
        "../workflow_scripts/judge_heatmaps.py"


rule summarize_faithfulness:
    """Compare AIS with each rival, paired over the images of every cohort and model."""
    input:
        tables=everywhere("results/faithfulness/{cohort}/{model}.csv"),
    output:
        summary="results/faithfulness/summary.csv",
        tests="results/faithfulness/tests.csv",
    log:
        "results/logs/summarize_faithfulness.log",
    benchmark:
        "results/benchmarks/summarize_faithfulness.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/summarize_faithfulness.py"


rule faithfulness:
    """Whether heatmaps point at what matters, for every cohort and model."""
    input:
        "results/faithfulness/summary.csv",
        "results/faithfulness/tests.csv",
        expand("results/figures/faithfulness.{format}", format=DESIGN["format"]),
