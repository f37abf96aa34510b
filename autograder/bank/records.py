"""The contents of a bank: cases with their expected outputs, known mistakes, and the cases on which
rules are judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.evidence.requirements import Rule
from autograder.sameness.words import Same


class BankError(Exception):
    """A bank cannot be read, or lacks what the caller asked for."""


Tolerance = float | np.ndarray
"""The largest absolute error allowed: one number for all elements of an array, or one for each
where their sizes differ much.
"""


@dataclass(frozen=True)
class HalfPrecision:
    """What half precision does to one array of an output.

    `error` is the largest error that it explains, in tolerances. `moved` is the share of the
    elements that move when inputs move by less than half precision can show.
    """

    error: float
    moved: float


@dataclass(frozen=True)
class ExpectedCase:
    """A case with its expected output and the largest absolute error allowed in each array of it.

    `half` says what half precision does to each array, where an imprecise answer is worth points.
    `same` says what else is right: for a residual, `tolerances` holds the largest one allowed in
    each of its equations; for samples, `statistics` holds the frequencies of events (see
    `autograder.sameness.frequencies`).
    """

    case: Case
    expected: Output
    tolerances: Mapping[str, Tolerance]
    half: Mapping[str, HalfPrecision] = field(default_factory=dict)
    same: Same = field(default_factory=dict)
    statistics: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """The cases that earn points together.

    `calls` lists the indices into `cases` in the order of the calls, repeats included. `known`
    holds the outcomes of the author's misconceptions on these cases. `imprecise` is the share of
    the points for answers that are right to half precision only.
    """

    name: str
    cases: tuple[ExpectedCase, ...]
    calls: tuple[int, ...]
    known: tuple[KnownMistake, ...] = ()
    imprecise: float = 0.0

    @property
    def same(self) -> Same:
        """What is right besides the expected numbers."""
        return self.cases[0].same if self.cases else {}


@dataclass(frozen=True)
class Bank:
    """The cases of an assignment, as `groups[question][group]`, and its rules, as
    `methods[question]`.

    `environment` is the fingerprint of the environment that computed the expected outputs.
    """

    assignment: str
    environment: Mapping[str, Any]
    groups: Mapping[str, Mapping[str, Group]]
    methods: Mapping[str, RuleChecks] = field(default_factory=dict)

    def group(self, question: str, group: str) -> Group:
        """One group of one question. Raises `BankError` if there is none of this name."""
        if question not in self.groups:
            raise BankError(
                f"the bank of {self.assignment!r} has no question {question!r}; it has "
                f"{', '.join(self.groups)}"
            )
        if group not in self.groups[question]:
            raise BankError(
                f"the bank of {self.assignment!r} has no cases={group!r} for {question!r}; it has "
                f"{', '.join(self.groups[question])}"
            )
        return self.groups[question][group]

    def method(self, question: str, rule: str) -> RuleChecks:
        """The rules of one question. Raises `BankError` if it has no rule named `rule`."""
        method = self.methods.get(question, RuleChecks())
        if method.rule(rule) is None:
            known = ", ".join(repr(each.name) for each in method.rules) or "none"
            raise BankError(
                f"the bank of {self.assignment!r} has no rule {rule!r} for {question!r}; it has "
                f"{known}"
            )
        return method


@dataclass(frozen=True)
class KnownOutcome:
    """What a known wrong solution did on one case: its output, or an empty output and the signature
    of its failure.
    """

    output: Output
    signature: str = ""


@dataclass(frozen=True)
class KnownMistake:
    """One of the author's misconceptions, with its outcome for each case of a group."""

    name: str
    hint: str
    outcomes: tuple[KnownOutcome, ...]


@dataclass(frozen=True)
class KnownMethod:
    """A known way to compute right values, but not as asked: the rules that it breaks, and its
    outline.
    """

    name: str
    hint: str
    unmet: tuple[str, ...]
    outline: str


@dataclass(frozen=True)
class RuleChecks:
    """How to judge the rules of one question: an answer must meet them in every one of `cases`.

    `traces` holds calls of growing sizes for each dimension whose trace lengths are needed, and
    `works` for each dimension for which Python's work is needed. `known` holds what the author's
    misconceptions do.
    """

    rules: tuple[Rule, ...] = ()
    cases: tuple[Case, ...] = ()
    traces: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    known: tuple[KnownMethod, ...] = ()
    works: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)

    def rule(self, name: str) -> Rule | None:
        """The rule of this name, or None."""
        return next((rule for rule in self.rules if rule.name == name), None)
