"""The row of a check survives JSON, whatever it contains."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from autograder.checks.row import CheckRow, WrongArray, rows_of

PASSED = {
    "question": "f",
    "cases": "corners",
    "verdict": "right",
    "diagnosis": None,
    "seconds": 0.25,
}
RULE = {
    "question": "f",
    "cases": "method",
    "rule": "a scan",
    "verdict": "wrong",
    "diagnosis": None,
    "seen": "",
    "forgeable": True,
    "seconds": 0.1,
}
REFUSED = {
    "question": "f",
    "cases": "corners",
    "verdict": "wrong",
    "diagnosis": "the axes are swapped",
    "step": "values",
    "failing": 2,
    "of": 3,
    "refused_on": [0, 2],
    "diagnosis_by": "author",
    "hint": "Map axis 0.",
    "returned": {"case": 0, "part": "", "array": "shape (2, 3)", "sketch": [0.1, 0.2]},
    "error": 0.5,
    "allowed": 1e-06,
    "seconds": 0.25,
}


@pytest.mark.parametrize("stored", [PASSED, RULE, REFUSED], ids=["passed", "rule", "refused"])
def test_what_was_stored_is_stored_again_to_the_byte(stored: dict[str, Any]) -> None:
    assert json.dumps(CheckRow.from_json(stored).to_json()) == json.dumps(stored)


def test_a_row_that_was_stored_is_the_same_row() -> None:
    row = CheckRow(
        "f",
        "corners",
        verdict="wrong",
        refused_on=(),
        returned=WrongArray(1, "", "shape (2,)", [0.5]),
        error=1.5,
        allowed=0.1,
    )
    assert CheckRow.from_json(json.loads(json.dumps(row.to_json()))) == row


def test_numbers_of_a_sketch_that_were_stored_as_text_are_numbers() -> None:
    stored = {**REFUSED, "returned": {**REFUSED["returned"], "sketch": ["Infinity", "NaN", 1]}}
    returned = CheckRow.from_json(stored).returned
    assert returned is not None
    assert returned.sketch[0] == math.inf
    assert math.isnan(returned.sketch[1])
    assert returned.sketch[2] == 1.0


def test_of_rows_no_more_is_asked_than_there_is() -> None:
    old = {
        "question": "f",
        "cases": "corners",
        "verdict": "wrong",
        "error": "Infinity",
        "returned": "nothing",
        "of another version": 1,
    }
    (row,) = rows_of({"extra_data": {"findings": [old, "no row"]}})
    assert (row.error, row.returned, row.diagnosis, row.check) == (math.inf, None, None, "corners")
    assert rows_of({"tests": []}) == rows_of({"extra_data": {}}) == []
