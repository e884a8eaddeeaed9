"""The config, checked before anything else is done: its keys, names and paths."""

from pathlib import Path

import jsonschema
import yaml
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate


def names_given(section):
    """The names that any of the config files gives a meaning in a section."""
    files = [Path(workflow.basedir, "config.yaml"), *workflow.overwrite_configfiles]
    contents = [yaml.safe_load(Path(file).read_text()) or {} for file in files]
    return [
        name
        for content in contents
        for name, value in (content.get(section) or {}).items()
        if value is not None
    ]


def check_config():
    """Refuse a config that the schema does not allow, in one sentence that names the key."""
    for section in ("datasets", "cohorts", "models"):
        if not isinstance(config.get(section), dict):
            continue
        for name, value in config[section].items():
            if value is None and name not in (known := names_given(section)):
                raise WorkflowError(
                    f"config: {section}: {name}: there is nothing of this name to drop; "
                    f"there is {', '.join(known)}."
                )
        config[section] = {k: v for k, v in config[section].items() if v is not None}
    schema = yaml.safe_load(
        Path(workflow.basedir, "rules/schemas/config.schema.yaml").read_text()
    )
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(config)
    )
    if error is not None:
        raise WorkflowError(explain(error))


def explain(error):
    key = ": ".join(["config", *map(str, error.absolute_path)])
    meant = error.schema.get("description")
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = ", ".join(f"'{name}'" for name in error.instance if name not in known)
        return (
            f"{key}: there is no key {unknown}; the keys here are {', '.join(known)}."
        )
    if error.validator in ("pattern", "enum"):
        return f"{key}: '{error.instance}' is not possible; it is {meant}."
    return f"{key}: {error.message}" + (f"; it is {meant}." if meant else ".")


check_config()
validate(config, "schemas/config.schema.yaml")
