# Reads heatmaps, scores, predictions and the pictures; writes results/explorer/: a page per dataset,
# and what was gathered for it.

if config["explorer"]["enabled"]:
    TARGETS += everywhere(
        "results/explorer/{dataset}.html",
        "results/pair_ais/{cohort}/{model}.h5",
        "results/heatmaps/{cohort}/{model}/pairs.h5",
        "results/predictions/{cohort}/{model}-held_out.h5",
    )


# What the page says of how its numbers were made
FACTS = [
    [
        "held out",
        f"{UNIT}, {N_FOLDS} folds for each seed ({', '.join(map(str, SEEDS))})",
    ],
    ["similarity of embeddings", config["similarity"]],
    ["fit", config["fit"]],
    ["framing of pictures", config["framing"]],
]


rule explorer:
    """The pages on which results can be looked at, for every dataset."""
    input:
        everywhere("results/explorer/{dataset}.html"),


rule pack_cohort:
    """Gather what the explorer shows of one cohort and model."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        image_ais="results/image_ais/{cohort}/{model}.h5",
        heatmaps="results/heatmaps/{cohort}/{model}/heatmaps.h5",
        rivals=expand(
            "results/heatmaps/{cohort}/{model}@{kind}/heatmaps.h5",
            kind=HEATMAP_KINDS,
            allow_missing=True,
        ),
        pair_ais="results/pair_ais/{cohort}/{model}.h5",
        pairs="results/heatmaps/{cohort}/{model}/pairs.h5",
        held_out="results/predictions/{cohort}/{model}-held_out.h5",
        ais=of_seeds("ais"),
        retained=of_seeds("retained"),
    output:
        # The page holds all of it: kept, it would take the same space again.
        packs=temp("results/explorer/cohorts/{cohort}/{model}.json"),
    log:
        "results/logs/pack_cohort/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/pack_cohort/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 10),
    params:
        kinds=HEATMAP_KINDS,
    script:
        "../workflow_scripts/pack_cohort.py"


rule pack_model:
    """Gather what the explorer shows of the feature maps of one model."""
    input:
        activations="results/activations/{dataset}/{model}.h5",
    output:
        packs=temp("results/explorer/models/{dataset}/{model}.json"),
    log:
        "results/logs/pack_model/{dataset}/{model}.log",
    benchmark:
        "results/benchmarks/pack_model/{dataset}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 10),
    script:
        "../workflow_scripts/pack_model.py"


rule draw_explorer:
    """Put what a dataset's results hold into one page, to be looked at in a browser."""
    input:
        pictures="results/datasets/{dataset}/pictures.csv",
        labels="results/datasets/{dataset}/images.csv",
        cohorts=packs_of_cohorts,
        models=of_models("results/explorer/models/{dataset}/{model}.json"),
        maps=SALIENCY_MAPS if SALIENCY else [],
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
        tests=["results/predictions/control_tests.csv"] if HAS_CONTROLS else [],
        influence=["results/predictions/influence.csv"] if HAS_CONTROLS else [],
        label_tests=["results/predictions/label_tests.csv"] if LABEL_TESTS else [],
        template=[
            ancient(str(SCRIPTS / "alignment/explorer" / file))
            for file in ("page.html", "page.css")
        ],
        programs=[
            ancient(str(file))
            for file in sorted(SCRIPTS.glob("alignment/explorer/scripts/*.js"))
        ],
    output:
        page=report(
            "results/explorer/{dataset}.html",
            caption="captions/explorer.rst",
            category="Explorer",
            labels={"dataset": "{dataset}"},
        ),
        # Empty where the page holds everything: how large it comes out no one knows before, and
        # Snakemake wants every folder that a rule names.
        data=directory("results/explorer/data/{dataset}"),
    log:
        "results/logs/draw_explorer/{dataset}.log",
    benchmark:
        "results/benchmarks/draw_explorer/{dataset}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 10),
    params:
        labels=LABELS,
        facts=FACTS,
        citations=lambda wildcards: sources.citations_of(
            config["datasets"][wildcards.dataset]
        ),
        folds=FOLDS,
        kinds={name: source["kind"] for name, source in SOURCES.items()},
        settings={
            "fit": config["fit"],
            "framing": config["framing"],
            "seeds": SEEDS,
            "all_pairs": config["heatmaps"]["all_pairs"],
            "heatmaps": [
                ("ais", "AIS"),
                *((kind, sources.KIND_LABELS[kind]) for kind in HEATMAP_KINDS),
            ],
        },
        config=yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
        # Of parts that are not kept nothing says which code made them.
        packers=[
            fingerprints(SCRIPTS, SCRIPTS / f"pack_{part}.py")
            for part in ("cohort", "model")
        ],
    script:
        "../workflow_scripts/draw_explorer.py"
