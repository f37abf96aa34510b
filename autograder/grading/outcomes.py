"""The outcome of one of Otter's test cases, its points, and what its row says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

# Otter writes the exception of a failed test with its type at the start of a line; in a doctest,
# with the type's module.
_OURS = r"^\s*(?:autograder\.checks\.verdict\.)?"
_UNGRADED = re.compile(
    rf"{_OURS}Ungraded: |^\s*ModuleNotFoundError: No module named .autograder", re.MULTILINE
)
_IMPRECISE = re.compile(rf"{_OURS}Imprecise: ", re.MULTILINE)
_SAID = re.compile(rf"{_OURS}(?:CheckFailed|Imprecise|Ungraded): ", re.MULTILINE)

_BORROWED = re.compile(
    rf"{_OURS}(CheckFailed|Imprecise|Ungraded): "
    r"|^\s*ModuleNotFoundError: No module named .autograder",
    re.MULTILINE,
)

SAID = "(said) "
"""Marks text that reads like a verdict but is not one."""

PASSED, FAILED, IMPRECISE, UNGRADED = "passed", "failed", "imprecise", "ungraded"
"""The outcomes of a test case."""


def outcome_of(result: Any) -> str:
    """The outcome of one test case.

    Otter passes an exception on as text only, so this is the one place where a verdict is read from
    text.
    """
    if result.passed:
        return PASSED
    message = result.message or ""
    return (
        UNGRADED
        if _UNGRADED.search(message)
        else IMPRECISE
        if _IMPRECISE.search(message)
        else FAILED
    )


def without_borrowed(message: str, told: Sequence[str]) -> str:
    """The text of a failed test, with a mark on lines that read like a verdict but are none of
    those in `told`, which were given while it ran. A submission decides what its own exceptions
    say.
    """
    ours = [verdict.partition("\n")[0] for verdict in told]

    def marked(found: re.Match[str]) -> str:
        rest = message[found.end() :]
        return found[0] if found[1] and rest.startswith(tuple(ours)) else f"{SAID}{found[0]}"

    return _BORROWED.sub(marked, message)


def points_of(result: Any, question: str, worth: Mapping[str, float]) -> float:
    """The points of one test case: all, none, or the share that an imprecise answer is worth."""
    share = {PASSED: 1.0, IMPRECISE: worth.get(question, 0.0)}.get(outcome_of(result), 0.0)
    return float(result.test_case.points) * share


def told_of(result: Any, method: bool) -> str:
    """The text of a test case's row: the author's message, and the text of its check without the
    lines that Otter puts around it.
    """
    case, message = result.test_case, result.message or ""
    if result.passed:
        return str(
            case.success_message
            or ("This was seen in the calls." if method else "All calls are right.")
        )
    parts = _SAID.split(message, maxsplit=1)
    told = (
        parts[1] if len(parts) == 2 else "\n".join(f"    {line}" for line in message.splitlines())
    )
    return f"{case.failure_message}\n\n{told}" if case.failure_message else told
