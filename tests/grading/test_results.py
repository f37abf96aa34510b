"""Results are JSON, whatever is in them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import nbformat
from attack_files import QUESTION, with_answer

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.grading import results


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def test_what_json_has_no_number_for_is_written_as_text(tmp_path: Path) -> None:
    content = {
        "extra_data": {"error": math.inf, "row": [math.nan, (-math.inf, 1.5)], math.inf: 1},
        "tests": [],
    }
    results.write(tmp_path / "results.json", content)
    found = json.loads((tmp_path / "results.json").read_text(), parse_constant=refuse)
    assert found == {
        "extra_data": {"error": "Infinity", "row": ["NaN", ["-Infinity", 1.5]], "Infinity": 1},
        "tests": [],
    }


def test_answers_without_a_finite_number_leave_results_that_can_be_read(
    one_assignment: BuiltAssignment, tmp_path: Path
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
        assert otter_run(notebook, one_assignment.zip).share == 0
