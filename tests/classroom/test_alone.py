"""A result for which other gradings may be to blame is graded again; a verdict is not."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.classroom.alone import in_doubt
from autograder.grading import results
from autograder.sandbox.endings import OUT_OF_MEMORY
from autograder.sandbox.own_time import TookTooLong


def row(output: str) -> dict[str, Any]:
    """Results, which have no score of their own: Gradescope adds up those of the rows."""
    return {
        "tests": [
            {"name": results.CELLS, "output": "Cell 1 stopped."},
            {"name": "f: basic", "score": 0.0, "output": output},
        ],
        "extra_data": {"container": {"peak_memory_mb": 100}},
    }


@pytest.mark.parametrize(
    "output",
    [
        f"f {OUT_OF_MEMORY}.",
        "f used more than 1200 MB of memory.",
        "f was killed (SIGKILL).",
        "f took longer than 40 seconds.",
        "f was not called: the submission used up its 500 seconds.",
        f"TookTooLong: {TookTooLong(100)}",
    ],
)
def test_memory_kills_and_time_are_in_doubt(output: str) -> None:
    assert in_doubt(row(output))
    assert in_doubt({**row(output), "score": 3.0})  # Otter adds one for `points_possible`


@pytest.mark.parametrize("reason", ["the container ran out of memory.", "it died."])
def test_what_has_no_verdict_is_in_doubt(reason: str) -> None:
    assert in_doubt(results.unfinished(reason))


def test_a_question_without_a_score_is_in_doubt() -> None:
    found = row("All calls are right.")
    del found["tests"][1]["score"]
    assert in_doubt(found)


@pytest.mark.parametrize("output", ["All calls are right.", "The shape is wrong.", "It raised."])
def test_a_verdict_is_not(output: str) -> None:
    assert not in_doubt(row(output))
    assert not in_doubt({**row(output), "score": 3.0})
    assert not in_doubt(results.refused("No notebook was submitted."))
