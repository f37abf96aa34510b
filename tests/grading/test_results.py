"""Results are JSON in Gradescope's format, whatever they contain.

Covers too: `grading.plain`, `grading.schema`.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import numpy as np
import pytest
from attack_files import QUESTION, with_answer
from shared import Grade

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import check_results
from autograder.grading import results, schema


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def test_what_json_has_no_number_for_is_written_as_text(tmp_path: Path) -> None:
    content = {
        "extra_data": {"error": math.inf, "row": [math.nan, (-math.inf, 1.5)], math.inf: 1},
        "tests": [{"name": "a row"}],
    }
    results.write(tmp_path / "results.json", content)
    found = json.loads((tmp_path / "results.json").read_text(), parse_constant=refuse)
    assert found == {
        "extra_data": {"error": "Infinity", "row": ["NaN", ["-Infinity", 1.5]], "Infinity": 1},
        "tests": [{"name": "a row"}],
    }


def test_answers_without_a_finite_number_leave_results_that_can_be_read(
    one_assignment: BuiltAssignment, grade: Grade, tmp_path: Path
) -> None:
    for number in ("inf", "-inf", "nan", "1e38 * jnp.arange(x_batch.shape[0] * int(features))"):
        answer = (
            "import jax.numpy as jnp\n"
            "from math import inf, nan\n\n"
            f"def {QUESTION}(seed, x_batch, features):\n"
            f"    return jnp.zeros(x_batch.shape[0] * int(features)) + {number}\n"
        )
        notebook = tmp_path / "answer.ipynb"
        nbformat.write(with_answer(one_assignment, answer), notebook)
        assert grade(notebook, one_assignment.zip).share == 0


def written(folder: Path, content: Any) -> dict[str, Any]:
    """What is written of results, as JSON in Gradescope's format."""
    results.write(folder / "results.json", content)
    text = (folder / "results.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    check_results(found)
    text.encode("ascii")
    return found


def deep(levels: int) -> Any:
    return [] if not levels else [deep(levels - 1)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32("inf"), "Infinity"),
        (np.float64(0.5), 0.5),
        (np.int64(3), 3),
        (np.array(2.0), 2.0),
        ("a\ud800b", "a\ufffdb"),
        ("a\x00\x1b[31mb\u009b", "a\ufffd\ufffd[31mb\ufffd"),
        ("two\nlines\tand é 漢 \U0001f600", "two\nlines\tand é 漢 \U0001f600"),
        (2**400, "an integer of 401 bits"),
        (-(2**64), "-an integer of 65 bits"),
        (object(), "object"),
        ({1: True, None: None}, {"1": True, "None": None}),
        ("x" * 200_010, "x" * 200_000 + "… (10 more characters)"),
    ],
)
def test_what_json_has_no_form_for_is_mended(tmp_path: Path, value: Any, expected: Any) -> None:
    found = written(tmp_path, {"tests": [{"name": "a"}], "extra_data": {"here": value}})
    assert found["extra_data"]["here"] == expected


def test_results_of_any_depth_and_size_are_written(tmp_path: Path) -> None:
    rows = [{"name": "a"}]
    written(tmp_path, {"tests": rows, "extra_data": {"deep": deep(900)}})
    many = {str(number): "x" * 100_000 for number in range(300)}
    found = written(tmp_path, {"tests": rows, "score": 1.0, "extra_data": many})
    assert found["extra_data"] == {"left_out": "it had more than 20000000 characters"}
    assert found["score"] == 1.0


def test_what_gradescope_has_no_place_for_goes_to_the_extra_data(tmp_path: Path) -> None:
    row = {"name": "a", "score": 1.0, "hint": "b", "extra_data": {"c": 1}}
    found = written(tmp_path, {"tests": [row], "more": 2})
    assert found["tests"] == [{"name": "a", "score": 1.0, "extra_data": {"c": 1, "hint": "b"}}]
    assert found["extra_data"] == {"more": 2}


WRONG: tuple[tuple[Any, str], ...] = (
    ({}, "results lacks tests"),
    ({"tests": []}, "results.tests is empty"),
    ({"tests": {}}, "results.tests is not of type array"),
    ({"tests": ["a"]}, "results.tests[0] is not of type object"),
    ({"tests": [{"name": ""}]}, "results.tests[0].name is empty"),
    ({"tests": [{"name": "a", "score": -1.0}]}, "results.tests[0].score is below 0"),
    ({"tests": [{"name": "a", "score": math.nan}]}, "results.tests[0].score is not of type number"),
    ({"tests": [{"name": "a", "score": True}]}, "results.tests[0].score is not of type number"),
    ({"tests": [{"name": "a", "status": "passed"}]}, "results.tests[0] lacks output"),
    (
        {"tests": [{"name": "a", "visibility": "all"}]},
        "results.tests[0].visibility is not one of hidden, after_due_date, after_published, "
        "visible",
    ),
)


@pytest.mark.parametrize(("content", "why"), WRONG)
def test_results_of_another_form_are_refused(tmp_path: Path, content: Any, why: str) -> None:
    found = written(tmp_path, content)
    assert "score" not in found
    assert [row["output"] for row in found["tests"]] == [
        f"Ungraded: the results were not in the form that Gradescope reads ({why}). This is not "
        "your fault; please tell your instructor."
    ]


@pytest.mark.parametrize("content", [each for each, _ in WRONG] + [results.begun(), {"tests": 1}])
def test_the_check_agrees_with_json_schema(content: Any) -> None:
    try:
        check_results(content)
        right = True
    except jsonschema.ValidationError:
        right = False
    nan = "NaN" in repr(content).replace("nan", "NaN")
    assert nan or (not schema.faults(content)) == right
