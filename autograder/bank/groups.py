"""The groups of cases that a test cell can ask for, and what students read as their names."""

from __future__ import annotations

PUBLIC = "public"
HIDDEN_GROUPS = ("corners", "random", "repeated", "types")
GROUPS = (PUBLIC, *HIDDEN_GROUPS)
"""The groups of cases that a test cell can ask for, besides the laws of a question (see `autograder.build.law_cases`).

public: handed to students. corners: every dimension at its smallest in turn, all sizes distinct, all at their largest, all equal.
random: random sizes, several draws each. repeated: calls of one shape, repeated and interleaved, to which a function must answer alike each time.
types: the same numbers and arrays in every Python type that the problem allows.
"""

METHOD = "method"
"""Where a group of cases is named: the cases on which it is judged how an answer is computed."""

TITLES = {
    PUBLIC: "the cases in the notebook",
    "corners": "edge sizes",
    "random": "random sizes and seeds",
    "repeated": "repeated calls",
    "types": "argument types",
}
"""What a student reads as the name of a group of cases."""

CONTRACT_GROUPS = ("repeated", "types")
"""The groups that ask how a function behaves beyond its values."""


def title(group: str) -> str:
    """What a student reads as the name of a group, or of a law."""
    return TITLES.get(group) or f"law: {group}"
