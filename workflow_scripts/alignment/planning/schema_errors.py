"""What is said of a config that the schema does not allow: a sentence per mistake, with its key."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import yaml
from jsonschema import ValidationError

_NEEDED = {
    "object": "a group of keys",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
_BEYOND = {
    "minimum": "below",
    "maximum": "above",
    "exclusiveMinimum": "not above",
    "exclusiveMaximum": "not below",
}
# One of several forms is needed, of which each error says what speaks against it.
_FORMS = "oneOf"
# A key that is missing may be there under a wrong name.
_OUTWEIGHED = {"required": ["additionalProperties"], "dependentRequired": ["required", _FORMS]}


def sentences(errors: Iterable[ValidationError]) -> list[str]:
    """Return a sentence per mistake, in the order of their keys."""
    found = [meant for error in errors for meant in _meant(error)]
    at = {}
    for error in found:
        at.setdefault(error.json_path, set()).add(error.validator)
    worth = [error for error in found if not _outweighed(error, at[error.json_path])]
    return list(dict.fromkeys(map(_explain, sorted(worth, key=lambda error: error.json_path))))


def _outweighed(error, beside):
    """Tell whether other mistakes of the same value say it all."""
    if error.validator == "type":
        return False
    return bool(beside & {"type", *_OUTWEIGHED.get(error.validator, ())})


def _meant(error: ValidationError) -> Iterator[ValidationError]:
    """Yield an error, or those of the form that was meant, by the keys that are there."""
    if error.validator != _FORMS or not isinstance(error.instance, Mapping) or not error.context:
        yield error
        return
    shared = [len(_keys(form) & error.instance.keys()) for form in error.validator_value]
    if not any(shared):
        yield error
        return
    meant = shared.index(max(shared))
    for part in error.context:
        if part.relative_schema_path[0] == meant:
            # The description of the whole says more than a form without one.
            if "description" not in part.schema and not part.relative_path:
                part.schema = {**part.schema, "description": error.schema.get("description")}
            yield from _meant(part)


def _keys(form):
    return {*form.get("properties", ()), *form.get("required", ())}


def _explain(error):
    key = _shown_path(error.absolute_path)
    if error.validator in _SAID:
        return f"{key}: {_SAID[error.validator](error)}"
    meant = error.schema.get("description")
    wrong = _WRONG.get(error.validator, lambda error: error.message)(error)
    if wrong.endswith("?"):
        return f"{key}: {wrong}"
    return f"{key}: {wrong}" + (f"; it is {meant}." if meant else ".")


def _shown_path(path):
    """Return keys and places of lists, which people count from 1."""
    parts = (f"entry {part + 1}" if isinstance(part, int) else str(part) for part in path)
    return ": ".join(["config", *parts])


def _shown(value: Any) -> str:
    """Return a value as YAML has it, text in quotes."""
    if isinstance(value, str):
        return f'"{value}"' if "'" in value else f"'{value}'"
    flow = {"default_flow_style": True, "sort_keys": False, "allow_unicode": True}
    try:
        text = yaml.safe_dump(value, width=float("inf"), **flow)
    except yaml.YAMLError:  # of a workflow that gives its config by Python
        return str(value)
    return text.removesuffix("...\n").strip()


def _of_type(error):
    needed = _NEEDED[error.validator_value]
    if error.instance is None:
        return f"nothing is given, where {needed} is needed"
    shown = _shown(error.instance)
    if isinstance(error.instance, str):
        return f"{shown} is text, not {needed}"
    return f"{shown} is not {needed}"


def _of_length(error):
    n = len(error.instance)
    if not n:
        return "the list is empty" if isinstance(error.instance, list) else "it is empty"
    entries = "1 entry" if n == 1 else f"{n} entries"
    return f"{_shown(error.instance)} has {entries}, not {_bound(error)}"


def _bound(error):
    least, most = error.schema.get("minItems"), error.schema.get("maxItems")
    if least == most:
        return str(least)
    return f"{least} or more" if error.validator.startswith("min") else f"at most {most}"


def _of_repetition(error):
    seen = []
    for value in error.instance:
        if value in seen:
            return f"{_shown(value)} is given twice"
        seen.append(value)
    return error.message


def _of_forms(error):
    forms, value = error.validator_value, error.instance
    if not isinstance(value, Mapping):
        return f"{_shown(value)} is not possible"
    if not error.context:  # it has all keys of several forms
        firsts = [form["required"][0] for form in forms]
        return f"{' and '.join(map(_shown, firsts))} cannot both be given"
    known = [key for form in forms for key in form.get("properties", ())]
    return _of_unknown(list(value), known) if value and known else "the keys it needs are missing"


def _of_unknown(unknown, known):
    near = [get_close_matches(str(name), known, n=1) for name in unknown]
    hint = f"the keys here are {', '.join(known)}"
    if all(near):
        hint = f"did you mean {', '.join(_shown(name) for (name,) in near)}?"
    named = ", ".join(_shown(str(name)) for name in unknown)
    return f"there is no key {named}; {hint}"


def _of_keys(error):
    known = error.schema["properties"]
    said = _of_unknown([name for name in error.instance if name not in known], list(known))
    return said if said.endswith("?") else f"{said}."


def _of_dependence(error):
    for key, needed in error.validator_value.items():
        lacking = [name for name in needed if name not in error.instance]
        if key in error.instance and lacking:
            return f"the key {_shown(key)} is for use with {_shown(lacking[0])}, which is missing"
    return error.message


def _of_lacking(error):
    """Return what is said of one key: jsonschema has an error for each that is missing."""
    (lacking,) = [key for key in error.validator_value if error.message.startswith(repr(key))]
    meant = error.schema.get("properties", {}).get(lacking, {}).get("description")
    meant = meant or error.schema.get("description")
    return f"the key {_shown(lacking)} is missing" + (f"; it is {meant}." if meant else ".")


def _of_possible(error):
    shown, meant = _shown(error.instance), error.schema.get("description")
    if "propertyNames" in error.absolute_schema_path:
        return f"the name {shown} is not possible; take {meant}."
    return f"{shown} is not possible; it is {meant}."


# Whole sentences, and what is wrong, behind which stands what is right
_SAID = {
    "additionalProperties": _of_keys,
    "required": _of_lacking,
    "pattern": _of_possible,
    "enum": _of_possible,
}
_WRONG = {
    "type": _of_type,
    "const": lambda error: f"{_shown(error.instance)} is not {_shown(error.validator_value)}",
    "uniqueItems": _of_repetition,
    "dependentRequired": _of_dependence,
    _FORMS: _of_forms,
    **dict.fromkeys(("minItems", "maxItems", "minLength", "minProperties"), _of_length),
    **dict.fromkeys(
        _BEYOND,
        lambda error: (
            f"{_shown(error.instance)} is {_BEYOND[error.validator]} {error.validator_value}"
        ),
    ),
}
