"""Read and write a bank: every case of an assignment with its expected output, in one file.

A `safetensors` file holds the arrays, and a JSON text in its header holds everything else. So
reading it runs no code: a residual stays text until it is judged. The same bank always gives the
same bytes. NumPy only.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from autograder.bank.groups import METHOD
from autograder.bank.records import (
    Bank,
    BankError,
    ExpectedCase,
    Group,
    HalfPrecision,
    KnownMistake,
    KnownOutcome,
)
from autograder.bank.stored_cases import keep, read_case, read_method, stored_case, stored_method
from autograder.calls.narrow_floats import from_bits
from autograder.sameness.words import from_json, to_json

FORMAT = 5
"""The version of the file's layout."""

READABLE = (4, 5)
"""The formats that `load` reads; it refuses any other and names it. Format 4 has one tolerance for
each array, and nothing about half precision.
"""

_HEADER = "otter-arrays"


def save(bank: Bank, path: Path) -> None:
    """Write the bank to `path`."""
    arrays: dict[str, np.ndarray] = {}
    questions: dict[str, Any] = {}
    for question, groups in bank.groups.items():
        questions[question] = {}
        for name, group in groups.items():
            rows = []
            for index, answered in enumerate(group.cases):
                prefix = f"{question}/{name}/{index}"
                keep(answered.expected, f"{prefix}/expected", arrays)
                several = {
                    part: allowed
                    for part, allowed in answered.tolerances.items()
                    if isinstance(allowed, np.ndarray)
                }
                keep(several, f"{prefix}/tolerances", arrays)
                keep(answered.statistics, f"{prefix}/statistics", arrays)
                rows.append(
                    {
                        **stored_case(answered.case, prefix, arrays),
                        "tolerances": {**answered.tolerances, **dict.fromkeys(several)},
                        "half": {
                            part: [half.error, half.moved] for part, half in answered.half.items()
                        },
                        **(
                            {"statistics": list(answered.statistics)} if answered.statistics else {}
                        ),
                    }
                )
            known = []
            for number, each in enumerate(group.known):
                for index, outcome in enumerate(each.outcomes):
                    keep(outcome.output, f"{question}/{name}/known/{number}/{index}", arrays)
                known.append(
                    {
                        "name": each.name,
                        "hint": each.hint,
                        "outcomes": [
                            [outcome.signature, list(outcome.output)] for outcome in each.outcomes
                        ],
                    }
                )
            questions[question][name] = {
                "cases": rows,
                "calls": list(group.calls),
                "known": known,
                "imprecise": group.imprecise,
                **({"same": to_json(group.same)} if group.same else {}),
            }
    methods = {
        question: stored_method(method, f"{question}/{METHOD}", arrays)
        for question, method in bank.methods.items()
    }
    header = {
        "format": FORMAT,
        "assignment": bank.assignment,
        "environment": bank.environment,
        "questions": questions,
        "methods": methods,
    }
    # One key only: safetensors keeps its metadata in a hash map, whose order would differ between
    # builds.
    path.write_bytes(safetensors.numpy.save(arrays, metadata={_HEADER: json.dumps(header)}))


def load(path: Path, called: str = "") -> Bank:
    """Read a bank. Raises `BankError`, which says what is wrong with the file and calls it
    `called`, or by its file name.

    Every check loads the bank, but an unchanged file is read only once. The arrays are read-only.
    """
    called = called or path.name
    try:
        found = path.stat()
    except OSError:
        raise BankError(f"{called} is missing") from None
    return _read(path.resolve(), called, found.st_mtime_ns, found.st_size, found.st_ino)


@functools.lru_cache(maxsize=8)
def _read(path: Path, called: str, *_: int) -> Bank:
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {})[_HEADER])
            # `file` is not a mapping.
            arrays = dict(
                from_bits(name, file.get_tensor(name))
                for name in file.keys()  # noqa: SIM118
            )
    except Exception as fault:
        raise BankError(
            f"{called} cannot be read as a bank of cases ({type(fault).__name__}); it may be "
            "damaged or only partly copied"
        ) from fault
    if header.get("format") not in READABLE:
        raise BankError(
            f"{called} has format {header.get('format')!r}; this version of otter-arrays reads "
            f"formats {' and '.join(map(str, READABLE))}"
        )
    for array in arrays.values():
        array.flags.writeable = False
    try:
        groups = {
            question: {
                name: _group(f"{question}/{name}", group, arrays) for name, group in stored.items()
            }
            for question, stored in header["questions"].items()
        }
        methods = {
            question: read_method(f"{question}/{METHOD}", stored, arrays)
            for question, stored in header["methods"].items()
        }
        return Bank(header["assignment"], header["environment"], groups, methods)
    except (KeyError, TypeError, IndexError) as fault:
        raise BankError(f"{called} lacks a part of its cases ({fault})") from fault


def _group(prefix: str, stored: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Group:
    cases = []
    same = from_json(stored.get("same", {}))
    for index, row in enumerate(stored["cases"]):
        expected = {part: arrays[f"{prefix}/{index}/expected/{part}"] for part in row["tolerances"]}
        tolerances = {
            part: arrays[f"{prefix}/{index}/tolerances/{part}"] if allowed is None else allowed
            for part, allowed in row["tolerances"].items()
        }
        half = {part: HalfPrecision(*numbers) for part, numbers in row.get("half", {}).items()}
        statistics = {
            name: arrays[f"{prefix}/{index}/statistics/{name}"]
            for name in row.get("statistics", ())
        }
        case = read_case(f"{prefix}/{index}", row, arrays)
        cases.append(ExpectedCase(case, expected, tolerances, half, same, statistics))
    known = [
        KnownMistake(
            each["name"],
            each["hint"],
            tuple(
                KnownOutcome(
                    {part: arrays[f"{prefix}/known/{number}/{index}/{part}"] for part in parts},
                    text,
                )
                for index, (text, parts) in enumerate(each["outcomes"])
            ),
        )
        for number, each in enumerate(stored["known"])
    ]
    return Group(
        prefix.split("/")[1],
        tuple(cases),
        tuple(stored["calls"]),
        tuple(known),
        stored["imprecise"],
    )
