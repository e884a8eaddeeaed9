# Reads results/folds/, results/selection/, results/retained/, results/activations/ and the judgments;
# writes results/predictions/, results/controls/ and results/resamples/: how well the retained maps
# predict held-out judgments, and what that is to be compared with; and results/learning/, what
# smaller studies would have found, where the config says so or `snakemake learning_curve` asks.

HAS_CONTROLS = any(
    value not in (0, False, "none") for value in config["controls"].values()
)
RESAMPLES = (
    everywhere("results/resamples/{cohort}/{model}.csv")
    if config["statistics"]["resamples"]
    else []
)
TARGETS += RESAMPLES + everywhere(
    "results/predictions/summary.csv",
    "results/predictions/model_tests.csv",
    "results/predictions/ceiling.csv",
    "results/predictions/{cohort}/{model}.csv",
)
if HAS_CONTROLS:
    TARGETS += everywhere(
        "results/predictions/controls.csv",
        "results/predictions/control_tests.csv",
        "results/predictions/observers.csv",
        "results/predictions/influence.csv",
        "results/controls/{cohort}/{model}.csv",
    )
if config["statistics"]["fit_tests"]:
    TARGETS.append("results/predictions/fit_tests.csv")
LABEL_TESTS = config["statistics"]["label_tests"]
if LABEL_TESTS:
    TARGETS.append("results/predictions/label_tests.csv")
LEARNING = config["learning_curve"]
if LEARNING["enabled"]:
    TARGETS.append("results/predictions/learning_curve.csv")


rule predict_held_out:
    """Fit all and the retained maps in each fold, and predict pairs with maps retained without them."""
    input:
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        selection=of_seeds("selection"),
        retained=of_seeds("retained"),
    output:
        predictions="results/predictions/{cohort}/{model}.csv",
        held_out="results/predictions/{cohort}/{model}-held_out.h5",
    log:
        "results/logs/predict_held_out/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/predict_held_out/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_head
    resources:
        **needs_of_head(),
    params:
        **HEAD,
    script:
        "../workflow_scripts/predict_held_out.py"


rule summarize_predictions:
    """Compare retained with all maps, and each pair of models, over the folds of every cohort."""
    input:
        predictions=everywhere("results/predictions/{cohort}/{model}.csv"),
        resamples=RESAMPLES,
        networks=everywhere("results/networks/{model}.safetensors"),
    output:
        summary="results/predictions/summary.csv",
        models="results/predictions/model_tests.csv",
    log:
        "results/logs/summarize_predictions.log",
    benchmark:
        "results/benchmarks/summarize_predictions.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/summarize_predictions.py"


rule estimate_ceiling:
    """Estimate the highest fit that the reliability of the judgments leaves room for."""
    input:
        folds=everywhere("results/folds/{cohort}.h5"),
        judgments=everywhere("results/datasets/{dataset}/similarity.h5"),
    output:
        ceiling="results/predictions/ceiling.csv",
    log:
        "results/logs/estimate_ceiling.log",
    benchmark:
        "results/benchmarks/estimate_ceiling.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        datasets={name: cohort["dataset"] for name, cohort in config["cohorts"].items()},
        fit=config["fit"],
    script:
        "../workflow_scripts/estimate_ceiling.py"


rule measure_controls:
    """Fit random sets, active maps, reweighted dimensions, single observers, and less the best map."""
    input:
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        predictions="results/predictions/{cohort}/{model}.csv",
        retained=of_seeds("retained"),
    output:
        controls="results/controls/{cohort}/{model}.csv",
    log:
        "results/logs/measure_controls/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/measure_controls/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_folds
    resources:
        **needs_of_head(processes_of_folds),
    params:
        **HEAD,
        controls=config["controls"],
        unit=UNIT,
        fit=config["fit"],
    script:
        "../workflow_scripts/measure_controls.py"


rule collect_controls:
    """Put the controls into one table and compare the retained maps with each of them."""
    input:
        controls=everywhere("results/controls/{cohort}/{model}.csv"),
        ceiling="results/predictions/ceiling.csv",
    output:
        controls="results/predictions/controls.csv",
        tests="results/predictions/control_tests.csv",
        observers="results/predictions/observers.csv",
        influence="results/predictions/influence.csv",
    log:
        "results/logs/collect_controls.log",
    benchmark:
        "results/benchmarks/collect_controls.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        fit=config["fit"],
    script:
        "../workflow_scripts/collect_controls.py"


rule compare_labels:
    """Compare the retained maps with the labels of the pictures, and both within their groups."""
    input:
        folds=everywhere("results/folds/{cohort}.h5"),
        judgments=everywhere("results/datasets/{dataset}/similarity.h5"),
        images=everywhere("results/datasets/{dataset}/images.csv"),
        perturbation=everywhere("results/perturbation/{dataset}/{model}.h5"),
        held_out=everywhere("results/predictions/{cohort}/{model}-held_out.h5"),
        predictions=everywhere("results/predictions/{cohort}/{model}.csv"),
    output:
        tests="results/predictions/label_tests.csv",
    log:
        "results/logs/compare_labels.log",
    benchmark:
        "results/benchmarks/compare_labels.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        datasets={name: cohort["dataset"] for name, cohort in config["cohorts"].items()},
        fit=config["fit"],
    script:
        "../workflow_scripts/compare_labels.py"


rule compare_chance:
    """Ask of every cohort and model whether all maps predict the judgments better than chance."""
    input:
        cohorts=everywhere("results/cohorts/{cohort}.csv"),
        judgments=everywhere("results/datasets/{dataset}/similarity.h5"),
        perturbation=everywhere("results/perturbation/{dataset}/{model}.h5"),
    output:
        tests="results/predictions/fit_tests.csv",
    log:
        "results/logs/compare_chance.log",
    benchmark:
        "results/benchmarks/compare_chance.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        datasets={name: cohort["dataset"] for name, cohort in config["cohorts"].items()},
        fit=config["fit"],
    script:
        "../workflow_scripts/compare_chance.py"


rule resample_images:
    """Draw the test images of every fold anew and fit all and the retained maps to them."""
    input:
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        retained=of_seeds("retained"),
    output:
        resamples="results/resamples/{cohort}/{model}.csv",
    log:
        "results/logs/resample_images/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/resample_images/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_head
    resources:
        **needs_of_head(),
    params:
        **HEAD,
        resamples=config["statistics"]["resamples"],
        fit=config["fit"],
    script:
        "../workflow_scripts/resample_images.py"


rule measure_learning:
    """Learn from random parts of a study, and predict pictures outside them."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
    output:
        table="results/learning/{cohort}/{model}.csv",
    log:
        "results/logs/measure_learning/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/measure_learning/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_head
    resources:
        **needs_of_head(),
    params:
        **HEAD,
        **{key: LEARNING[key] for key in ("pictures", "observers", "draws")},
        n_folds=N_FOLDS,
        fit=config["fit"],
    script:
        "../workflow_scripts/measure_learning.py"


rule summarize_learning:
    """Summarize over draws how the held-out fit grows with a study."""
    input:
        tables=everywhere("results/learning/{cohort}/{model}.csv"),
    output:
        summary="results/predictions/learning_curve.csv",
    log:
        "results/logs/summarize_learning.log",
    benchmark:
        "results/benchmarks/summarize_learning.tsv"
    conda:
        "../envs/alignment.yaml"
    script:
        "../workflow_scripts/summarize_learning.py"


rule learning_curve:
    """How many pictures and observers a study needs, for every cohort and model."""
    input:
        "results/predictions/learning_curve.csv",
        expand("results/figures/learning_curve.{format}", format=DESIGN["format"]),
