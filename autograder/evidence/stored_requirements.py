"""Store requirements as JSON types, and read them back. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.evidence.requirements import (
    ConstantTrace,
    Either,
    Every,
    Parameters,
    Requirement,
    SharedParameters,
    StackedParameters,
    Vectorised,
)
from autograder.evidence.transform import Transform

_KINDS: Mapping[str, type[Requirement]] = {
    kind.__name__: kind
    for kind in (
        Transform,
        Either,
        Every,
        SharedParameters,
        StackedParameters,
        Parameters,
        ConstantTrace,
        Vectorised,
    )
}


_LEARNED = ("work", "fresh")
"""Fields that are stored only if the build has set them."""


def to_json(requirement: Requirement) -> dict[str, Any]:
    """A requirement as JSON types."""
    fields: dict[str, Any] = dict(vars(requirement))
    if isinstance(requirement, Either | Every):
        fields["of"] = [to_json(each) for each in requirement.of]
    if isinstance(requirement, Transform) and requirement.inside is not None:
        fields["inside"] = to_json(requirement.inside)
    for name in _LEARNED:
        if not fields.get(name):
            fields.pop(name, None)
    return {"kind": type(requirement).__name__, **fields}


def from_json(stored: Mapping[str, Any]) -> Requirement:
    """The inverse of `to_json`."""
    fields = {name: value for name, value in stored.items() if name != "kind"}
    if "of" in fields:
        fields["of"] = tuple(from_json(each) for each in fields["of"])
    if fields.get("inside") is not None:
        fields["inside"] = from_json(fields["inside"])
    for name in ("names", "in_axes", "work"):
        if fields.get(name) is not None:
            fields[name] = tuple(fields[name])
    if "shapes" in fields:
        fields["shapes"] = tuple(tuple(shape) for shape in fields["shapes"])
    return _KINDS[stored["kind"]](**fields)
