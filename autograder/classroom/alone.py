"""Decide whether other gradings may be to blame for a result: submissions that are graded at the
same time share the machine's memory and processors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.grading.results import ROW, question_rows
from autograder.sandbox.endings import OUT_OF_MEMORY
from autograder.sandbox.own_time import RAN_LONGER

_TOLD = (
    OUT_OF_MEMORY,
    "MB of memory",
    "was killed (SIGKILL)",
    "took longer than",
    "used up its",
    RAN_LONGER,
)
"""Words from the sentences about too little memory, a kill from outside, and too little time (see
`autograder.sandbox.endings`, `watchers`, `restarts` and `own_time`).
"""


def in_doubt(results: Mapping[str, Any]) -> bool:
    """Whether a submission must be graded again by itself before its result counts, because a
    question has no score, or the output of a row names memory, a kill or time. A submission that
    merely repeats such words is graded twice, with no other effect.
    """
    rows = question_rows(results)
    if [row["name"] for row in rows] == [ROW]:
        return "score" not in results  # a submission that was refused has one
    if any("score" not in row for row in rows):
        return True
    outputs = [str(row.get("output", "")) for row in results["tests"]]
    return any(words in output for output in outputs for words in _TOLD)
