"""Check content against `autograder/results.schema.json`, which is Gradescope's format. Standard
library only: supports as much of JSON Schema as that file uses.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
}


@functools.cache
def _schema() -> dict[str, Any]:
    file = Path(__file__).parents[1] / "results.schema.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def faults(content: Any) -> list[str]:
    """What in `content` Gradescope would not accept, as a place and a reason each; empty if all is
    well. The text repeats nothing of `content` but its keys.
    """
    return list(_faults(content, _schema(), "results"))


def known_keys(of: str) -> frozenset[str]:
    """The keys that "results", or a "test" in them, may have."""
    found = _schema() if of == "results" else _schema()["$defs"][of]
    return frozenset(found["properties"])


def _faults(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    wanted = schema.get("type", ())
    wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    if wanted and not any(_is(value, each) for each in wanted):
        yield f"{place} is not of type {' or '.join(wanted)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is not one of {', '.join(schema['enum'])}"
    if isinstance(value, int | float) and value < schema.get("minimum", value):
        yield f"{place} is below {schema['minimum']}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{place} is empty"
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{place} is empty"
        for number, each in enumerate(value):
            yield from _faults(each, schema.get("items", {}), f"{place}[{number}]")
    if isinstance(value, dict):
        yield from _of_object(value, schema, place)


def _of_object(value: Mapping[str, Any], schema: Mapping[str, Any], place: str) -> Iterator[str]:
    known = schema.get("properties", {})
    needed = list(schema.get("required", ()))
    for key, others in schema.get("dependentRequired", {}).items():
        needed += others if key in value else ()
    yield from (f"{place} lacks {key}" for key in needed if key not in value)
    for key, each in value.items():
        if key in known:
            yield from _faults(each, known[key], f"{place}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{place} has {key}"


def _is(value: Any, wanted: str) -> bool:
    return isinstance(value, _TYPES[wanted]) and not (
        wanted == "number" and isinstance(value, bool)
    )
