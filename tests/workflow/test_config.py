"""The config, its schema and the pinned environments say the same."""

import copy
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement
from snakemake.utils import validate

from alignment.planning.config import fill_in_defaults

CHECKOUT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((CHECKOUT / "config.yaml").read_text(encoding="utf-8"))
OVERLAYS = [*CHECKOUT.glob("config.*.yaml"), CHECKOUT / "tests/workflow/config.yaml"]
SCHEMA = yaml.safe_load((CHECKOUT / "rules/schemas/config.schema.yaml").read_text(encoding="utf-8"))


def nodes(schema, path=()):
    """Every mapping of the schema, with the keys that lead to it."""
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from nodes(value, (*path, key))
    elif isinstance(schema, list):
        for k, value in enumerate(schema):
            yield from nodes(value, (*path, k))


# A key of the config called "properties" would be taken for one of the schema; there is none.
OBJECTS = {path: node for path, node in nodes(SCHEMA) if "properties" in node}
KEYS = {
    (*path, key): node for path, node in OBJECTS.items() for key, node in node["properties"].items()
}


def dotted(path):
    return ".".join(map(str, path)) or "top"


def merged(config, overlay):
    """What Snakemake makes of two config files: maps are merged, all else is replaced."""
    if not (isinstance(config, dict) and isinstance(overlay, dict)):
        return overlay
    added = {key: merged(config.get(key), value) for key, value in overlay.items()}
    return {**config, **added}


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_config_is_valid():
    jsonschema.Draft202012Validator(SCHEMA).validate(CONFIG)


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_overlays_are_valid_on_top_of_the_config(path):
    config = merged(CONFIG, yaml.safe_load(path.read_text(encoding="utf-8")))
    for part in (config, config["topography"]):
        for section in {"datasets", "cohorts", "models"} & part.keys():
            part[section] = {key: value for key, value in part[section].items() if value}
    jsonschema.Draft202012Validator(SCHEMA).validate(config)


def test_pictures_are_lit_by_default_and_look_as_in_the_paper_where_that_is_repeated():
    paper = yaml.safe_load((CHECKOUT / "config.paper.yaml").read_text(encoding="utf-8"))
    assert CONFIG["heatmaps"]["colours"] == "spotlight"
    assert merged(CONFIG, paper)["heatmaps"] == CONFIG["heatmaps"] | {"colours": "jet"}


@pytest.mark.parametrize("path", OBJECTS, ids=dotted)
def test_unknown_keys_are_refused_at_every_level(path):
    assert OBJECTS[path]["type"] == "object"
    assert OBJECTS[path]["additionalProperties"] is False


@pytest.mark.parametrize("path", KEYS, ids=dotted)
def test_every_key_is_described(path):
    assert KEYS[path]["description"]


@pytest.mark.parametrize("path", KEYS, ids=dotted)
def test_a_default_stands_in_the_config(path):
    node, names = KEYS[path], [key for key in path if key != "properties"]
    if "default" not in node:
        return
    value = CONFIG
    for name in names:
        value = value[name]
    if "properties" in node:
        assert node["default"] == {}
        assert set(value) == set(node["properties"])
    else:
        assert value == node["default"]
        jsonschema.Draft202012Validator({**node, "$defs": SCHEMA["$defs"]}).validate(value)


def test_a_config_without_its_optional_sections_is_the_config_itself():
    required = {key: CONFIG[key] for key in SCHEMA["required"]}
    short, expected = copy.deepcopy(required), copy.deepcopy(required)
    fill_in_defaults(short, SCHEMA)
    assert short == CONFIG
    # Snakemake does the same: defaults are filled in where properties stand above.
    validate(expected, CHECKOUT / "rules/schemas/config.schema.yaml")
    assert short == expected


def test_defaults_that_are_filled_in_belong_to_one_config():
    required = {key: CONFIG[key] for key in SCHEMA["required"]}
    first, second = copy.deepcopy(required), copy.deepcopy(required)
    fill_in_defaults(first, SCHEMA)
    first["heatmaps"]["percentiles"].append(1)
    fill_in_defaults(second, SCHEMA)
    assert second == CONFIG


def test_every_key_of_the_config_has_a_comment():
    text = (CHECKOUT / "config.yaml").read_text(encoding="utf-8")
    for key in CONFIG:
        above = text.partition(f"\n{key}:")[0].rpartition("\n")[2]
        below = re.search(rf"^{key}:\n  #", text, flags=re.MULTILINE)
        inside = re.search(rf"^{key}:\n(  .*\n|\n)*?  #", text, flags=re.MULTILINE)
        assert above.startswith("#") or below or inside, key


# Environments


def pins(lines):
    requirements = [Requirement(line) for line in lines]
    assert all(str(r.specifier).startswith("==") for r in requirements), lines
    return {r.name: str(r.specifier) for r in requirements}


def lines_of(name):
    text = (CHECKOUT / "envs" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]


def test_conda_and_pip_pin_the_same_versions():
    conda = yaml.safe_load((CHECKOUT / "envs/alignment.yaml").read_text(encoding="utf-8"))
    (by_pip,) = (entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict))
    by_name = lines_of("requirements.txt") + lines_of("requirements-timm.txt")
    assert pins(by_pip) == pins(by_name)


def test_the_requirements_of_developers_are_pinned_on_top():
    own = pins(lines_of("requirements-dev.txt"))
    assert own
    assert not set(own) & set(pins(lines_of("requirements.txt")))
