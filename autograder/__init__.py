"""otter-arrays: Otter-Grader assignments on JAX and Flax arrays, graded fairly.

Authors declare a question with `Question`, `Array`, `Dim`, `Seed`, `Key` and `Tree`. Test cells
call `check`. `public_case` gives a student the arguments of a call that failed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.build.preview import preview
    from autograder.checks.check import check
    from autograder.checks.in_notebook import public_case
    from autograder.checks.verdict import CheckFailed, Ungraded
    from autograder.errors import DeclarationError
    from autograder.questions.arguments import Array, Dim, Key, Seed
    from autograder.questions.question import Question
    from autograder.questions.tree import Tree

__all__ = [
    "Array",
    "CheckFailed",
    "DeclarationError",
    "Dim",
    "Key",
    "Question",
    "Seed",
    "Tree",
    "Ungraded",
    "check",
    "preview",
    "public_case",
]

_HOMES = {
    **dict.fromkeys(("Array", "Dim", "Key", "Seed"), "autograder.questions.arguments"),
    "Tree": "autograder.questions.tree",
    **dict.fromkeys(("CheckFailed", "Ungraded"), "autograder.checks.verdict"),
    "check": "autograder.checks.check",
    "public_case": "autograder.checks.in_notebook",
    "DeclarationError": "autograder.errors",
    "Question": "autograder.questions.question",
    "preview": "autograder.build.preview",
}


def __getattr__(name: str) -> Any:
    # Imported on demand: the process that runs submissions shares this package and must not load
    # the comparing side.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
