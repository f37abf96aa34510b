"""The stored form of cases and of rules: JSON types, and arrays by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.bank.records import KnownMethod, RuleChecks
from autograder.calls.inputs import flatten, read_part, unflatten
from autograder.calls.narrow_floats import as_bits
from autograder.calls.spec import CallSpec, Case
from autograder.evidence.requirements import Rule
from autograder.evidence.stored_requirements import from_json, to_json


def stored_case(case: Case, prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """A case as JSON types. The data of its arguments goes into `arrays`."""
    parts = flatten(case.arguments)
    data = {path: part.data for path, part in parts.items() if part.holds_data}
    texts = {path: part.text for path, part in parts.items() if part.text}
    keep(data, f"{prefix}/arguments", arrays)
    return {
        "label": case.label,
        "sizes": dict(case.sizes),
        "kinds": {path: part.kind for path, part in parts.items()},
        **({"texts": texts} if texts else {}),
        "way": case.way.to_json(),
    }


def read_case(prefix: str, stored: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Case:
    """The inverse of `stored_case`."""
    texts = stored.get("texts", {})
    values = {
        path: read_part(kind, f"{prefix}/arguments/{path}", arrays, texts.get(path, ""))
        for path, kind in stored["kinds"].items()
    }
    return Case(
        stored["label"], stored["sizes"], unflatten(values), CallSpec.from_json(stored["way"])
    )


def keep(parts: Mapping[str, np.ndarray], prefix: str, arrays: dict[str, np.ndarray]) -> None:
    """Put the parts into `arrays`, with the prefix in their names."""
    for part, array in parts.items():
        name, kept = as_bits(f"{prefix}/{part}", np.ascontiguousarray(array).reshape(array.shape))
        arrays[name] = kept


def stored_method(method: RuleChecks, prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The rules of a question as JSON types. The arguments of their cases go into `arrays`."""
    return {
        "rules": [
            {**vars(rule), "requirement": to_json(rule.requirement)} for rule in method.rules
        ],
        "cases": [
            stored_case(case, f"{prefix}/{index}", arrays)
            for index, case in enumerate(method.cases)
        ],
        "traces": _store_by_dim(method.traces, prefix, arrays),
        "known": [vars(known) for known in method.known],
        **(
            {"works": _store_by_dim(method.works, f"{prefix}/works", arrays)}
            if method.works
            else {}
        ),
    }


def _store_by_dim(
    cases: Mapping[str, Sequence[Case]], prefix: str, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    """Cases by dimension as JSON types."""
    return {
        dim: [
            stored_case(case, f"{prefix}/{dim}/{index}", arrays) for index, case in enumerate(each)
        ]
        for dim, each in cases.items()
    }


def _read_by_dim(
    prefix: str, stored: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> dict[str, tuple[Case, ...]]:
    """The inverse of `_store_by_dim`."""
    return {
        dim: tuple(
            read_case(f"{prefix}/{dim}/{index}", row, arrays) for index, row in enumerate(rows)
        )
        for dim, rows in stored.items()
    }


def read_method(
    prefix: str, stored: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> RuleChecks:
    """The inverse of `stored_method`."""
    return RuleChecks(
        tuple(
            Rule(**{**rule, "requirement": from_json(rule["requirement"])})
            for rule in stored["rules"]
        ),
        tuple(
            read_case(f"{prefix}/{index}", row, arrays) for index, row in enumerate(stored["cases"])
        ),
        _read_by_dim(prefix, stored["traces"], arrays),
        tuple(
            KnownMethod(**{**known, "unmet": tuple(known["unmet"])}) for known in stored["known"]
        ),
        _read_by_dim(f"{prefix}/works", stored.get("works", {}), arrays),
    )
