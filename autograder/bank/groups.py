"""The groups of cases that a test cell can ask for, and their names for students."""

from __future__ import annotations

PUBLIC, RANDOM = "public", "random"
HIDDEN_GROUPS = ("corners", RANDOM, "repeated", "types")
GROUPS = (PUBLIC, *HIDDEN_GROUPS)
"""The groups of cases that a test cell can ask for, besides the laws of a question (see
`autograder.build.law_cases`).

- public: students get these cases.
- corners: every dimension at its smallest in turn, all sizes distinct, all at their largest, all
  equal.
- random: random sizes, with several draws for each.
- repeated: calls of one shape, repeated and interleaved. A function must answer a call alike each
  time.
- types: the same numbers and arrays in every Python type that the problem allows.
"""

METHOD = "method"
"""The name that stands in place of a group's for the cases on which rules are judged."""

TITLES = {
    PUBLIC: "the cases in the notebook",
    "corners": "edge sizes",
    "random": "random sizes and seeds",
    "repeated": "repeated calls",
    "types": "argument types",
}
"""The name of each group of cases for students."""

CONTRACT_GROUPS = ("repeated", "types")
"""The groups that test a function's behaviour beyond its values."""


def title(group: str) -> str:
    """The name of a group, or of a law, for students."""
    return TITLES.get(group) or f"law: {group}"
