"""What `check` does where it does not run in a student's notebook: in a master and in grading.

Those modules are loaded there only, so a student's check needs none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from autograder.questions.declarations import is_declared

Check = Callable[[str, object, str, str | None], bool]
"""Checks a function against cases, or a rule; False if no grading is under way."""

_in_grading: Check | None = None


def grade_by(check: Check) -> None:
    """Have `check` asked first from now on."""
    global _in_grading
    _in_grading = check


def graded(question: str, function: object, cases: str, rule: str | None) -> bool:
    """Check `function` if a grading is under way in this process; False if none is."""
    return _in_grading is not None and _in_grading(question, function, cases, rule)


def rehearsed(question: str, function: object, cases: str, rule: str | None) -> bool:
    """Show what a test cell of a master would do; False if no master declares the question here."""
    if not is_declared(question):
        return False
    # By its name: it draws and computes, which no student's check needs.
    rehearse = importlib.import_module("autograder.checks.in_master").rehearse
    rehearse(question, function, cases, rule)
    return True
