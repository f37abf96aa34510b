"""The questions that this process has declared.

This module imports nothing that declares them: a student's check only asks whether there is one.
"""

from __future__ import annotations

from typing import Any

ALL: list[Any] = []
"""Every `autograder.questions.question.Question`, in order of declaration."""


def is_declared(name: str) -> bool:
    """Whether this process has declared the question `name`, as a master notebook does."""
    return any(question.name == name for question in ALL)
