"""otter-arrays: Otter-Grader assignments on JAX and Flax arrays, graded fairly.

Authors declare a question with `Question` and its arguments: `Array`, `Number`, `Choice`, `Dim`,
`Seed`, `Key`, `Rngs`, `Function`, `Made`, and the structures `Tree`, `Tuple`, `NamedTuple` and
`List`. `state` reads the state of an object between calls. Test cells call `check`. `public_case`
gives a student the arguments of a call that failed.
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
    from autograder.questions.arguments import Array
    from autograder.questions.choices import Choice
    from autograder.questions.lists import List
    from autograder.questions.made import Function, Made, Rngs
    from autograder.questions.numbers import Dim, Key, Number, Seed
    from autograder.questions.question import Question
    from autograder.questions.structures import NamedTuple, Tree, Tuple
    from autograder.questions.ways import state

__all__ = [
    "Array",
    "CheckFailed",
    "Choice",
    "DeclarationError",
    "Dim",
    "Function",
    "Key",
    "List",
    "Made",
    "NamedTuple",
    "Number",
    "Question",
    "Rngs",
    "Seed",
    "Tree",
    "Tuple",
    "Ungraded",
    "check",
    "preview",
    "public_case",
    "state",
]

_HOMES = {
    "Array": "autograder.questions.arguments",
    "List": "autograder.questions.lists",
    "Choice": "autograder.questions.choices",
    **dict.fromkeys(("Dim", "Key", "Number", "Seed"), "autograder.questions.numbers"),
    **dict.fromkeys(("NamedTuple", "Tree", "Tuple"), "autograder.questions.structures"),
    **dict.fromkeys(("CheckFailed", "Ungraded"), "autograder.checks.verdict"),
    **dict.fromkeys(("Function", "Made", "Rngs"), "autograder.questions.made"),
    "state": "autograder.questions.ways",
    "check": "autograder.checks.check",
    "public_case": "autograder.checks.in_notebook",
    "DeclarationError": "autograder.errors",
    "Question": "autograder.questions.question",
    "preview": "autograder.build.preview",
}


def __getattr__(name: str) -> Any:
    # Imported on demand: the process that runs submissions shares this package, and must not load
    # the modules that compare answers.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
