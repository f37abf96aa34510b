"""The stored form of cases and of rules: JSON types, and arrays by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.bank.records import KnownMethod, RuleChecks
from autograder.calls.inputs import Value, flatten, unflatten
from autograder.calls.narrow_floats import as_bits
from autograder.calls.spec import CallSpec, Case
from autograder.evidence.requirements import Rule
from autograder.evidence.stored_requirements import from_json, to_json


def stored_case(case: Case, prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """A case as JSON types; its arguments go into `arrays`."""
    leaves = flatten(case.arguments)
    keep({path: leaf.data for path, leaf in leaves.items()}, f"{prefix}/arguments", arrays)
    return {
        "label": case.label,
        "sizes": dict(case.sizes),
        "kinds": {path: leaf.kind for path, leaf in leaves.items()},
        "way": case.way.to_json(),
    }


def read_case(prefix: str, stored: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Case:
    """The case that was stored."""
    values = {
        path: Value(kind, arrays[f"{prefix}/arguments/{path}"])
        for path, kind in stored["kinds"].items()
    }
    return Case(
        stored["label"], stored["sizes"], unflatten(values), CallSpec.from_json(stored["way"])
    )


def keep(parts: Mapping[str, np.ndarray], prefix: str, arrays: dict[str, np.ndarray]) -> None:
    """Put the parts into `arrays`, under the prefix."""
    for part, array in parts.items():
        name, kept = as_bits(f"{prefix}/{part}", np.ascontiguousarray(array).reshape(array.shape))
        arrays[name] = kept


def stored_method(method: RuleChecks, prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The rules of a question as JSON types; the arguments of their cases go into `arrays`."""
    return {
        "rules": [
            {**vars(rule), "requirement": to_json(rule.requirement)} for rule in method.rules
        ],
        "cases": [
            stored_case(case, f"{prefix}/{index}", arrays)
            for index, case in enumerate(method.cases)
        ],
        "traces": {
            dim: [
                stored_case(case, f"{prefix}/{dim}/{index}", arrays)
                for index, case in enumerate(cases)
            ]
            for dim, cases in method.traces.items()
        },
        "known": [vars(known) for known in method.known],
    }


def read_method(
    prefix: str, stored: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> RuleChecks:
    """The rules that were stored."""
    return RuleChecks(
        tuple(
            Rule(**{**rule, "requirement": from_json(rule["requirement"])})
            for rule in stored["rules"]
        ),
        tuple(
            read_case(f"{prefix}/{index}", row, arrays) for index, row in enumerate(stored["cases"])
        ),
        {
            dim: tuple(
                read_case(f"{prefix}/{dim}/{index}", row, arrays) for index, row in enumerate(rows)
            )
            for dim, rows in stored["traces"].items()
        },
        tuple(
            KnownMethod(**{**known, "unmet": tuple(known["unmet"])}) for known in stored["known"]
        ),
    )
