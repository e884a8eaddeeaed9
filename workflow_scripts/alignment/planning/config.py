"""The config: completed by the defaults, and refused in one sentence where it is wrong."""

import copy
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import yaml

from alignment.artifacts.errors import InputError
from alignment.planning.checks import check_names, check_random
from alignment.planning.schema_errors import sentences
from alignment.planning.sweeps import with_each_cut
from alignment.planning.topography_checks import check_topography

# Sections whose entries have names of the user's own
NAMED = (("datasets",), ("cohorts",), ("models",), ("topography", "datasets"))
# To JSON Schema 2.0 is an integer; and YAML's .nan and .inf are no numbers that can be meant.
_TYPES = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
    {
        "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda _, value: (
            isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        ),
    }
)
_NO_TEXT = {f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null")}
STRICT = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=_TYPES)


def planned(
    given: Mapping,
    root: Path,
    overlays: Iterable[str | Path],
    command_line: Mapping = MappingProxyType({}),
) -> dict:
    """Complete a config by the defaults, and refuse it where it is wrong.

    Parameters
    ----------
    given : mapping
        The config as Snakemake has it, or as another workflow gives it.
    root : path
        The folder of this workflow.
    overlays : paths
        The config files of the command line, which are merged in `given` already.
    command_line : mapping
        What ``--config`` says, merged in `given` as well: there numbers within braces and brackets
        are text, and are read here as in a file.

    Raises
    ------
    InputError
        A sentence per mistake that names the key.
    """
    given = merged(given, _as_in_a_file(command_line))
    defaults = read_yaml(root / "config.yaml")
    schema = read_yaml(root / "rules/schemas/config.schema.yaml")
    files = [defaults, *map(read_yaml, overlays), given]
    config = without_dropped(merged(defaults, given), files)
    check_schema(config, schema)
    check_keys(config)  # after the schema: where a list is needed, keys of any kind are wrong
    fill_in_defaults(config, schema)
    for name, dataset in config["datasets"].items():
        if "source" in dataset:
            dataset |= fetched_as(name)
    check_random(config["models"])
    config["models"] = with_each_cut(config["models"])
    check_names(config)
    check_topography(config, known_cohorts=[*config["cohorts"], *defaults["cohorts"]])
    return config


def read_yaml(path: str | Path) -> dict:
    """Read a YAML file as a dict; an empty one is an empty dict.

    Raises
    ------
    InputError
        The file cannot be read, or is no YAML with keys at its top; a key is given twice, of which
        YAML would keep one; or a number has a leading zero, which YAML would take for an octal one.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8: save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error
    # libyaml reads the schema in a tenth of the time, in every plan.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        _refuse_surprises(node, path)
        content = (loader.construct_document(node) if node else None) or {}
    except yaml.YAMLError as error:
        mark, problem = (getattr(error, name, None) for name in ("problem_mark", "problem"))
        where = f"line {mark.line + 1}: " if mark else ""
        hint = "YAML is indented by blanks, not by tabs" if "\t" in text else problem or "bad text"
        if "expected ',' or" in hint:
            hint += "; within { } or [ ] a text that holds brackets or commas must be in quotes"
        raise InputError(f"{path}: {where}this is no YAML ({hint}).") from error
    finally:
        loader.dispose()
    if not isinstance(content, Mapping):
        raise InputError(f"{path} must have keys at its top, such as datasets: and cohorts:.")
    return content


def _refuse_surprises(node, path):
    """Refuse what YAML would read otherwise than people do, naming the line."""
    children = []
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        for (key, value), name in zip(node.value, keys, strict=True):
            children += [key, value]
            if keys.count(name) > 1 and name != "<<":
                second = [key for key, _ in node.value if key.value == name][1]
                raise InputError(
                    f"{path}: line {second.start_mark.line + 1}: the key '{name}' is given twice; "
                    "keep one."
                )
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:int":
        digits = node.value.lstrip("+-")
        if len(digits) > 1 and digits[0] == "0" and digits.isdecimal():
            raise InputError(
                f"{path}: line {node.start_mark.line + 1}: YAML reads {node.value} as "
                f"{int(digits, 8)}; write it without the leading zero, or in quotes."
            )
    for child in children:
        _refuse_surprises(child, path)


def merged(base: Any, overlay: Any) -> Any:
    """Lay a config over another: maps are merged key by key, all else is replaced."""
    if not (isinstance(base, Mapping) and isinstance(overlay, Mapping)):
        return overlay
    return {**base, **{key: merged(base.get(key), value) for key, value in overlay.items()}}


def _as_in_a_file(said):
    """Read the text of numbers, true, false and null, as YAML does where it stands in a file."""
    if isinstance(said, Mapping):
        return {key: _as_in_a_file(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_as_in_a_file(value) for value in said]
    # With a leading zero YAML has octal numbers, which nobody means.
    if isinstance(said, str) and not re.match(r"[-+]?0\d", said):
        tag = yaml.SafeLoader("").resolve(yaml.ScalarNode, said, (True, False))
        return yaml.safe_load(said) if tag in _NO_TEXT else said
    return said


def without_dropped(config: Mapping, files: Iterable[Mapping]) -> dict:
    """Leave out the datasets, cohorts and models that are set to null.

    Parameters
    ----------
    config : mapping
    files : iterable of mappings
        What was merged into it: a name that none of them gives a meaning is misspelt.

    Raises
    ------
    InputError
        No entry has the name that is to be dropped.
    """
    config, files = copy.deepcopy(dict(config)), list(files)
    for path in NAMED:
        section = _section(config, path)
        given = (item for file in files for item in _section(file, path).items())
        known = list(dict.fromkeys(name for name, value in given if value is not None))
        for name in [name for name, value in section.items() if value is None]:
            if name not in known:
                raise InputError(
                    f"config: {': '.join(path)}: {name}: there is nothing of this name to drop; "
                    f"there is {', '.join(map(str, known))}."
                )
            del section[name]
    return config


def _section(config, path):
    """Return a section, or sections within sections; nothing where there is none."""
    for name in path:
        config = config.get(name) if isinstance(config, Mapping) else None
    return config if isinstance(config, Mapping) else {}


def check_keys(config: Any, where: str = "config") -> None:
    """Refuse keys that YAML read as something other than text: 1, 2024-01-01, no."""
    if not isinstance(config, Mapping):
        return
    for key, value in config.items():
        if not isinstance(key, str):
            kinds = {bool: "a yes or no", int: "a number", float: "a number", type(None): "nothing"}
            kind = kinds.get(type(key), f"a {type(key).__name__}")
            raise InputError(
                f"{where}: YAML reads the name '{key}' as {kind}; write it in quotes, as text."
            )
        check_keys(value, f"{where}: {key}")


def check_schema(config: Mapping, schema: Mapping) -> None:
    """Refuse a config that the schema does not allow, in a sentence per mistake, with its key."""
    if said := sentences(STRICT(schema).iter_errors(config)):
        raise InputError("\n".join(said))


def fill_in_defaults(config: dict, schema: Mapping) -> None:
    """Fill in the keys that a config lacks from the defaults of the schema.

    As ``snakemake.utils.validate`` does, which would read the schema again and much more slowly.
    """
    _FILLING(schema).validate(config)


def _set_defaults(validator, properties, instance, schema):
    for name, part in properties.items():
        if "default" in part:
            instance.setdefault(name, copy.deepcopy(part["default"]))
    # Keys that were filled in have defaults within them.
    yield from STRICT.VALIDATORS["properties"](validator, properties, instance, schema)


_FILLING = jsonschema.validators.extend(STRICT, {"properties": _set_defaults})


def fetched_as(dataset: str) -> dict:
    """Return the entry of a dataset that the workflow fetches, as a user would write it."""
    folder = f"results/datasets/{dataset}/source"
    return {
        "images": f"{folder}/pictures",
        "judgments": {
            "file": f"{folder}/judgments.npz",
            "kind": "dissimilarity",
            "variable": "dissimilarities",
        },
        "labels": f"{folder}/labels.csv",
    }
