# Reads results/image_ais/, results/heatmaps/, results/activations/, results/ais/ and
# results/retained/; writes results/statistics/, results/agreement/ and results/stability/: whether
# models, cohorts and folds agree, and whether scores are only activity.

SEVERAL_MODELS = len(config["models"]) > 1
# Some dataset has cohorts that can be compared.
SEVERAL_COHORTS = len(config["cohorts"]) > len(DESIGN["dataset"])
AGREEMENT = config["agreement"]["enabled"]
STABILITY = config["stability"]["enabled"]
WANTS_PAIRED_TESTS = config["statistics"]["paired_tests"]
PAIRED_TESTS = ["results/statistics/paired_tests.csv"] if WANTS_PAIRED_TESTS else []
TARGETS += ["results/statistics/ks_tests.csv", *PAIRED_TESTS]
if AGREEMENT:
    TARGETS += [
        f"results/agreement/summary/{of}.csv" for of in ("activity", "mean_maps")
    ]
if AGREEMENT and SEVERAL_MODELS:
    TARGETS += ["results/agreement/summary/heatmaps.csv"]
if STABILITY:
    TARGETS += ["results/stability/summary.csv"]


rule describe_distributions:
    """Summarize the image AIS of every cohort and model over maps and over images."""
    input:
        image_ais=everywhere("results/image_ais/{cohort}/{model}.h5"),
        cohorts=everywhere("results/cohorts/{cohort}.csv"),
        networks=everywhere("results/networks/{model}.safetensors"),
    output:
        distributions="results/statistics/distributions.csv",
    log:
        "results/logs/describe_distributions.log",
    benchmark:
        "results/benchmarks/describe_distributions.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/describe_distributions.py"


rule compare_distributions:
    """Compare each pair of models by Kolmogorov-Smirnov tests, and image by image by Wilcoxon's."""
    input:
        distributions="results/statistics/distributions.csv",
    output:
        tests="results/statistics/ks_tests.csv",
        paired_tests=PAIRED_TESTS,
    log:
        "results/logs/compare_distributions.log",
    benchmark:
        "results/benchmarks/compare_distributions.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/compare_distributions.py"


rule compare_heatmaps:
    """Correlate the heatmaps of each two models, image by image, and with means of all maps."""
    input:
        heatmaps=of_models("results/heatmaps/{cohort}/{model}/heatmaps.h5"),
        activations=of_dataset(of_models("results/activations/{dataset}/{model}.h5")),
        cohort="results/cohorts/{cohort}.csv",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
    output:
        agreement="results/agreement/{cohort}.csv",
        mean_maps="results/agreement/mean_maps/{cohort}.csv",
    log:
        "results/logs/compare_heatmaps/{cohort}.log",
    benchmark:
        "results/benchmarks/compare_heatmaps/{cohort}.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/compare_heatmaps.py"


rule compare_activity:
    """Relate the scores of each image's maps to how many of their units are active."""
    input:
        image_ais=of_models("results/image_ais/{cohort}/{model}.h5"),
        activations=of_dataset(of_models("results/activations/{dataset}/{model}.h5")),
        cohort="results/cohorts/{cohort}.csv",
    output:
        activity="results/agreement/activity/{cohort}.csv",
    log:
        "results/logs/compare_activity/{cohort}.log",
    benchmark:
        "results/benchmarks/compare_activity/{cohort}.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/compare_activity.py"


rule compare_cohorts:
    """Correlate the maps' mean scores between the cohorts of each dataset."""
    input:
        ais=everywhere("results/ais/{cohort}/{model}/seed-{seed}/fold-{fold}.csv"),
        cohorts=everywhere("results/cohorts/{cohort}.csv"),
    output:
        cohorts="results/agreement/summary/cohorts.csv",
    log:
        "results/logs/compare_cohorts.log",
    benchmark:
        "results/benchmarks/compare_cohorts.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        datasets={name: cohort["dataset"] for name, cohort in config["cohorts"].items()},
    script:
        "../workflow_scripts/compare_cohorts.py"


rule summarize_agreement:
    """Summarize over images how models agree, and how scores relate to activity."""
    input:
        heatmaps=everywhere("results/agreement/{cohort}.csv"),
        mean_maps=everywhere("results/agreement/mean_maps/{cohort}.csv"),
        activity=everywhere("results/agreement/activity/{cohort}.csv"),
    output:
        heatmaps="results/agreement/summary/heatmaps.csv",
        mean_maps="results/agreement/summary/mean_maps.csv",
        activity="results/agreement/summary/activity.csv",
    log:
        "results/logs/summarize_agreement.log",
    benchmark:
        "results/benchmarks/summarize_agreement.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/summarize_agreement.py"


rule measure_stability:
    """Compare scores and retained sets between the folds of one cohort and model."""
    input:
        ais=of_seeds("ais"),
        retained=of_seeds("retained"),
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
    output:
        maps="results/stability/{cohort}/{model}.csv",
        fold_pairs="results/stability/fold_pairs/{cohort}/{model}.csv",
        halves="results/stability/halves/{cohort}/{model}.csv",
    log:
        "results/logs/measure_stability/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/measure_stability/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 10),
    params:
        unit=UNIT,
        fit=config["fit"],
        similarity=config["similarity"],
        device=config["compute"]["device"],
    script:
        "../workflow_scripts/measure_stability.py"


rule summarize_stability:
    """Summarize the agreement between folds, for every cohort and model."""
    input:
        maps=everywhere("results/stability/{cohort}/{model}.csv"),
        fold_pairs=everywhere("results/stability/fold_pairs/{cohort}/{model}.csv"),
        halves=everywhere("results/stability/halves/{cohort}/{model}.csv"),
        predictions=everywhere("results/predictions/{cohort}/{model}.csv"),
    output:
        summary="results/stability/summary.csv",
    log:
        "results/logs/summarize_stability.log",
    benchmark:
        "results/benchmarks/summarize_stability.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        share=config["stability"]["retained_share"],
    script:
        "../workflow_scripts/summarize_stability.py"
