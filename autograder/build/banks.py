"""Build banks from declared questions and their references. The build decides everything that can
be decided before a student answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.bank.groups import HIDDEN_GROUPS, PUBLIC
from autograder.bank.records import Bank, Group, RuleChecks
from autograder.build import idle, options, tolerance, trivial
from autograder.build.drawn import DrawnGroups
from autograder.build.record import (
    BuildRecord,
    GroupCounts,
    MisconceptionRecord,
    QuestionRecord,
    ToleranceRecord,
)
from autograder.build.reference import draw
from autograder.build.rule_cases import Required, draw_method
from autograder.build.samplers_used import samplers_used
from autograder.build.samples import SURE
from autograder.errors import BuildError
from autograder.questions.misconceptions import Misconception
from autograder.questions.question import Question
from autograder.questions.sources import whole_source
from autograder.runtime.fingerprint import fingerprint
from autograder.sameness.chance import may_be_off
from autograder.sameness.words import Alignment, residual_of, samples_of
from autograder.verdicts.arrays import magnitude

REFUSED_CASES = 2
"""At least this many hidden cases must refuse a misconception."""

LOSING = 4.0
"""An alternative loses digits if it differs by this many times the noise of the reference."""

PUBLIC_SECRET = "public"
"""Public cases are drawn from this constant in place of a secret, so they are the same in every
build and reveal nothing about the hidden cases.
"""


@dataclass(frozen=True)
class Built:
    """Both banks of an assignment, and the record of the build for its author."""

    hidden: Bank
    public: Bank
    record: BuildRecord


def build(
    assignment: str, questions: Sequence[Question], namespace: Mapping[str, Any], secret: str
) -> Built:
    """Build both banks from `questions` and the references with the same names in `namespace`.

    The same secret gives the same banks. Without questions the banks are empty, because Otter's own
    tests need none. Raises `BuildError`.
    """
    names = [question.name for question in questions]
    for name in names:
        if names.count(name) > 1:
            raise BuildError(
                f"question {name!r}: declared {names.count(name)} times; give each question its "
                "own name"
            )
    hidden: dict[str, dict[str, Group]] = {}
    public: dict[str, dict[str, Group]] = {}
    hidden_methods: dict[str, RuleChecks] = {}
    public_methods: dict[str, RuleChecks] = {}
    records: dict[str, QuestionRecord] = {}
    samplers: set[str] = set()
    for question in questions:
        reference = namespace.get(question.name)
        # Public cases are drawn separately, so that nothing in them, not even a tolerance, depends
        # on the secret.
        shown = draw(question, reference, (PUBLIC, *question.laws), assignment, PUBLIC_SECRET)
        kept = draw(question, reference, (*HIDDEN_GROUPS, *question.laws), assignment, secret)
        samplers.update(samplers_used(reference, shown.groups[PUBLIC].cases[0].case))
        public[question.name] = shown.groups
        hidden[question.name] = {**shown.groups, **kept.groups}
        shown_rules = draw_method(question, reference, (PUBLIC,), assignment, PUBLIC_SECRET)
        kept_rules = draw_method(question, reference, ("repeated", "types"), assignment, secret)
        public_methods[question.name], hidden_methods[question.name] = (
            shown_rules.method,
            kept_rules.method,
        )
        for known in question.misconceptions:
            _check_told_by(question, known, shown, kept)
        records[question.name] = QuestionRecord(
            groups={name: group_counts(group) for name, group in hidden[question.name].items()},
            alternatives={
                function.__name__: whole_source(function, question.name, reference)
                for function in question.alternatives
            },
            misconceptions={
                known.function.__name__: _misconception_record(
                    known,
                    shown,
                    kept,
                    kept_rules,
                    whole_source(known.function, question.name, reference),
                )
                for known in question.misconceptions
            },
            rules={rule.name: str(rule.requirement) for rule in question.rules},
            tolerance=_tolerance_record(question, kept),
            imprecise=question.imprecise,
            options=options.counts(question, kept.groups.values()),
            trivial=trivial.count_refusals(question, kept.groups),
            idle=idle.arguments(question, reference, kept.groups),
        )
    environment = fingerprint(sorted(samplers))
    banks = (
        Bank(assignment, environment, hidden, hidden_methods),
        Bank(assignment, environment, public, public_methods),
    )
    return Built(*banks, BuildRecord(assignment, secret, records))


def _check_told_by(
    question: Question, known: Misconception, shown: DrawnGroups, kept: DrawnGroups
) -> None:
    """Check that a misconception is refused for the reason that its author declared. Raises
    `BuildError`.

    Enough hidden cases must refuse a misconception in values, and its error must be large enough. A
    misconception in method must pass every case.
    """
    called = (
        f"question {question.name!r}: the misconception {known.name!r} ({known.function.__name__})"
    )
    failing = sum(len(kept.failing(known.name, name)) for name in kept.groups)
    refused = _refused_in(known, shown, kept)
    if known.told_by == "method":
        if refused:
            raise BuildError(
                f'{called} is declared with told_by="method", but its values differ in '
                f"{', '.join(refused)}; remove told_by"
            )
        return
    if failing < REFUSED_CASES:
        passes = (
            "passes every hidden case"
            if not failing
            else f"is refused on only {failing} hidden case"
        )
        raise BuildError(
            f'{called} {passes}. Widen the ranges in dims, or declare it with told_by="method" if '
            "its values are right"
        )
    if samples_of(question.words) is not None:
        if kept.margin(known.name) < SURE:
            raise BuildError(
                f"{called} differs too little from a right answer: with other keys, its samples "
                "may not show the difference. Make the difference larger (other ranges in dims), "
                "or ask for more samples"
            )
        return
    if kept.margin(known.name) < tolerance.MARGIN:
        raise BuildError(
            f"{called} differs from the right answer by only {kept.margin(known.name):.2g} times "
            f"the allowed error; it must differ by at least {tolerance.MARGIN} times. Make the "
            "difference larger (other ranges in dims, other families), or set a smaller "
            f"rtol{_why_wide(kept)}"
        )


def _why_wide(kept: DrawnGroups) -> str:
    """A sentence about alternatives that lose more digits than all other answers; "" if none
    does.
    """
    noise = kept.noise
    others = max(noise.nudged or 0.0, noise.compiled or 0.0, noise.float64 or 0.0)
    if (noise.alternatives or 0.0) <= LOSING * others:
        return ""
    return (
        ". The allowed error is this large because an alternative loses digits: compute it with "
        "more digits, or remove it"
    )


def _refused_in(known: Misconception, shown: DrawnGroups, kept: DrawnGroups) -> list[str]:
    return [
        name for drawn in (shown, kept) for name in drawn.groups if drawn.failing(known.name, name)
    ]


def _misconception_record(
    known: Misconception, shown: DrawnGroups, kept: DrawnGroups, rules: Required, source: str
) -> MisconceptionRecord:
    margin, least = kept.margin(known.name), kept.least(known.name)
    return MisconceptionRecord(
        name=known.name,
        told_by=known.told_by,
        refused_in=tuple(_refused_in(known, shown, kept)),
        refused_on={
            name: tuple(drawn.failing(known.name, name))
            for drawn in (shown, kept)
            for name in drawn.groups
        },
        unmet=tuple(rules.unmet[known.name]),
        margin=None if math.isinf(margin) else margin,
        least=None if math.isinf(least) else least,
        source=source,
    )


def _tolerance_record(question: Question, kept: DrawnGroups) -> ToleranceRecord:
    relative = [
        float(np.max(allowed)) / magnitude(answered.expected[part])
        for group in kept.groups.values()
        for answered in group.cases
        if all(isinstance(word, Alignment) for word in answered.same.values())
        for part, allowed in answered.tolerances.items()
        if np.any(allowed) and magnitude(answered.expected[part])
    ]
    samples = samples_of(question.words)
    if samples is not None:
        relative = [may_be_off(samples.count)]
    elif residual_of(question.words) is not None:
        floor = tolerance.WIDE_FLOOR * float(np.finfo(np.float32).eps)
        relative = [max(tolerance.THRESHOLD * kept.noise.largest, floor)]
    return ToleranceRecord(
        noise=kept.noise,
        relative=max(relative, default=0.0),
        set_by_the_author={
            name: value
            for name in ("rtol", "atol")
            if (value := getattr(question, name)) is not None
        },
        measured=tolerance.THRESHOLD * kept.noise.largest,
    )


def group_counts(group: Group) -> GroupCounts:
    """The counts of a group: cases, shapes and calls."""
    return GroupCounts(
        len(group.cases),
        len({tuple(answered.case.sizes.items()) for answered in group.cases}),
        len(group.calls),
    )
