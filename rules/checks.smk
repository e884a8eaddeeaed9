"""Names and paths of the config that lead nowhere, refused before any job starts."""


def check_files():
    """Refuse datasets, cohorts and models whose names or files do not exist."""
    if SHARED and not (Path(SHARE).is_absolute() and Path(SHARE).is_dir()):
        # Results become links to it, which a relative path would lead astray.
        raise WorkflowError(
            f"SNAKEMAKE_OUTPUT_CACHE: {SHARE} is not the absolute path of a folder that exists."
        )
    for name, dataset in config["datasets"].items():
        where = f"config: datasets: {name}"
        if "images" in dataset:
            if not Path(dataset["images"]).is_dir():
                raise WorkflowError(
                    f"{where}: images: there is no folder {dataset['images']}."
                )
            if not picture_files(name):
                raise WorkflowError(
                    f"{where}: images: the folder {dataset['images']} holds no picture "
                    f"({', '.join(sorted(PICTURE_SUFFIXES))})."
                )
            if not Path(dataset["judgments"]["file"]).is_file():
                raise WorkflowError(
                    f"{where}: judgments: file: there is no file {dataset['judgments']['file']}."
                )
        for key in ("labels", "archive"):
            if key in dataset and not Path(dataset[key]).is_file():
                raise WorkflowError(f"{where}: {key}: there is no file {dataset[key]}.")
    for name, cohort in config["cohorts"].items():
        if cohort["dataset"] not in config["datasets"]:
            raise WorkflowError(
                f"config: cohorts: {name}: dataset: '{cohort['dataset']}' is not one of the "
                f"datasets ({', '.join(config['datasets'])})."
            )
        dataset = config["datasets"][cohort["dataset"]]
        if "query" in cohort and "images" in dataset and "labels" not in dataset:
            raise WorkflowError(
                f"config: cohorts: {name}: query: the dataset '{cohort['dataset']}' has no labels; "
                f"name a CSV file under datasets: {cohort['dataset']}: labels."
            )
    for name, model in config["models"].items():
        weights = model["weights"]
        if (
            isinstance(weights, dict)
            and "random" in weights
            and "random" not in name.lower()
        ):
            # The name stands in every path, table and figure.
            raise WorkflowError(
                f"config: models: {name}: a model with random weights must say so in its name; "
                f"call it {name}_random."
            )
        if (file := weights_files(name)) and not Path(file[0]).is_file():
            raise WorkflowError(
                f"config: models: {name}: weights: file: there is no file {file[0]}."
            )


def check_saliency():
    """Refuse sources of saliency maps whose folders or files do not exist."""
    chosen = config["saliency"]
    if twice := set(chosen["folders"]) & set(chosen["functions"]):
        raise WorkflowError(
            f"config: saliency: {', '.join(sorted(twice))} is both a folder and a function; "
            "give them different names."
        )
    for name, path in chosen["folders"].items():
        for dataset in datasets_used():
            folder = path.replace("{dataset}", dataset)
            where = f"config: saliency: folders: {name}"
            if not Path(folder).is_dir():
                raise WorkflowError(
                    f"{where}: there is no folder {folder} with the maps of the dataset '{dataset}'."
                )
            if not map_files(folder):
                raise WorkflowError(
                    f"{where}: the folder {folder} holds no map ({', '.join(MAP_SUFFIXES)})."
                )
    for dataset, file in chosen["fixations"].items():
        where = f"config: saliency: fixations: {dataset}"
        if dataset not in config["datasets"]:
            raise WorkflowError(
                f"{where}: '{dataset}' is not one of the datasets "
                f"({', '.join(config['datasets'])})."
            )
        if not Path(file).is_file():
            raise WorkflowError(f"{where}: there is no file {file}.")


check_files()
if config["saliency"]["enabled"]:
    check_saliency()
