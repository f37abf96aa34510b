"""What `check` does outside a student's notebook: in a master and in grading.

Only those places load the modules for it, so a student's check needs none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from autograder.questions.declarations import is_declared

Check = Callable[[str, object, str, str | None], bool]
"""Checks a function against cases, or a rule, and returns True; returns False if this process does
no grading.
"""

_in_grading: Check | None = None


def grade_by(check: Check) -> None:
    """Make `check_in_grading` call `check` from now on."""
    global _in_grading
    _in_grading = check


def check_in_grading(question: str, function: object, cases: str, rule: str | None) -> bool:
    """Check `function` and return True if this process is grading; otherwise return False."""
    return _in_grading is not None and _in_grading(question, function, cases, rule)


def rehearse_in_master(question: str, function: object, cases: str, rule: str | None) -> bool:
    """Show what a master's test cell would do and return True, if a master declares the question
    here; otherwise return False.
    """
    if not is_declared(question):
        return False
    # Imported by name: it draws and computes, which no student's check needs.
    rehearse = importlib.import_module("autograder.checks.in_master").rehearse
    rehearse(question, function, cases, rule)
    return True
