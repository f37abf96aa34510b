"""`check` in grading: with the hidden bank, and with a row for the instructor."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.bank.groups import METHOD, PUBLIC
from autograder.bank.records import RuleChecks
from autograder.checks import messages
from autograder.checks.verdict import (
    CheckFailed,
    Imprecise,
    SubmissionProcess,
    Ungraded,
    demand_same_environment,
    environment_of,
    find,
    load,
    own_faults_ungraded,
)
from autograder.runtime import fingerprint
from autograder.verdicts.compare import comparable, shape_in_words
from autograder.verdicts.examine import Finding
from autograder.verdicts.rules import Judgement, judge
from autograder.verdicts.sketch import sketch


@dataclass(frozen=True)
class Grading:
    """What the plugin tells the process that runs the tests.

    `bank` is the hidden bank; `refusal` a sentence that fails every check, because the submission as a whole cannot be graded as this
    assignment; `elsewhere` the process that runs the submission, or None where it runs in this one.
    `records` collects what was found, for the instructor; `judged` has the function whose method was judged last, with the judgement.
    """

    bank: Path
    refusal: str | None = None
    elsewhere: SubmissionProcess | None = None
    records: list[dict[str, Any]] = field(default_factory=list)
    judged: list[tuple[object, Judgement]] = field(default_factory=list)
    look_twice: bool = True

    def judge(self, function: object, method: RuleChecks) -> Judgement:
        """Each rule has a test of its own, and one look at a function is enough for all of them."""
        if not self.judged or self.judged[0][0] is not function:
            self.judged[:] = [(function, judge(function, method, twice=self.look_twice))]
        return self.judged[0][1]


_grading: Grading | None = None


def current() -> Grading | None:
    """The grading that goes on in this process, if one does."""
    return _grading


def records() -> list[dict[str, Any]]:
    """What the checks of this grading have found so far, one row for each, for the instructor."""
    return [] if _grading is None else list(_grading.records)


def begin_grading(bank: str, refusal: str | None = None, elsewhere: SubmissionProcess | None = None, *, look_twice: bool = True) -> None:
    """Called before the submission's first cell, in the process that runs the tests. `look_twice`: see `autograder.verdicts.rules.judge`."""
    global _grading
    _grading = Grading(Path(bank), refusal, elsewhere, look_twice=look_twice)


def end_grading() -> None:
    """After `begin_grading` in a process that goes on: `check` is again what it is outside of grading."""
    global _grading
    _grading = None


def demand_gradable(grading: Grading, question: str) -> None:
    """Raise `CheckFailed` or `Ungraded` if no answer of this submission can be judged."""
    if grading.refusal is not None:
        raise CheckFailed(grading.refusal)
    if grading.elsewhere is not None and grading.elsewhere.problem is not None:
        raise Ungraded(f"{question} {grading.elsewhere.problem}. Please tell your instructor.")


def check_cases(grading: Grading, question: str, function: object, cases: str) -> None:
    """Hold `function` against a group of cases. Raises `CheckFailed` and `Ungraded`."""
    started = time.monotonic()
    finding = find(grading.bank, question, function, cases, at_desk=False, elsewhere=grading.elsewhere)
    diagnosis = finding.diagnosis.name if finding is not None and finding.diagnosis is not None else None
    shown = diagnosis is not None and any(
        (record["question"], record["cases"], record["diagnosis"]) == (question, PUBLIC, diagnosis) for record in grading.records
    )
    finding = _with_the_cell(grading, question, function, finding)
    grading.records.append(_record(question, cases, finding, time.monotonic() - started))
    if finding is not None:
        raise (Imprecise if finding.worth else CheckFailed)(messages.in_grading(question, finding, shown))


def check_rule(grading: Grading, question: str, function: object, rule: str) -> None:
    """Hold how `function` computes against a rule. Raises `CheckFailed` and `Ungraded`."""
    started = time.monotonic()
    with own_faults_ungraded(at_desk=False):
        bank = load(grading.bank, False)
        method = bank.method(question, rule)
        demand_same_environment(fingerprint.difference(bank.environment, environment_of(grading.elsewhere)), False)
        judgement = grading.judge(function, method)
    unmet = rule in judgement.unmet
    row = {"question": question, "cases": METHOD, "rule": rule, "verdict": "wrong" if unmet else "right", "diagnosis": None}
    if unmet and judgement.failed is None:
        name, hint = messages.mistake(method, judgement, rule)
        row |= {"diagnosis": name, "diagnosis_by": "author", "hint": hint}
    # Forgeable: it rests on what the submission's own process said about itself.
    grading.records.append({**row, "seen": judgement.seen, "forgeable": True, "seconds": round(time.monotonic() - started, 3)})
    if unmet:
        raise CheckFailed(messages.rule_in_grading(question, method, judgement, rule))


def _with_the_cell(grading: Grading, question: str, function: object, finding: Finding | None) -> Finding | None:
    """Where there is no function: what stopped the cell that should have defined it."""
    if finding is None or function is not None or grading.elsewhere is None:
        return finding
    why = grading.elsewhere.why_undefined(question)
    return replace(finding, sentence=f"is not defined: {why}.") if why else finding


def _record(question: str, cases: str, finding: Finding | None, seconds: float) -> dict[str, Any]:
    row: dict[str, Any] = {"question": question, "cases": cases, "verdict": "right" if finding is None else finding.verdict, "diagnosis": None}
    if finding is not None:
        row |= {"step": finding.step, "failing": finding.failing, "of": finding.cases, "refused_on": list(finding.refused_on)}
        if finding.diagnosis is not None:
            row |= {"diagnosis": finding.diagnosis.name, "diagnosis_by": finding.diagnosis.by, "hint": finding.diagnosis.hint}
        if finding.actual is not None and comparable(finding.actual, finding.expected):
            array = shape_in_words(finding.actual, finding.expected)
            row["returned"] = {"case": finding.case, "part": finding.part, "array": array, "sketch": sketch(finding.actual)}
        if finding.mismatch is not None and finding.step == "values":
            # To two digits, as in the sentence: where zeros were returned, the error is an expected value.
            row |= {"error": float(f"{finding.mismatch.error:.2g}"), "allowed": float(f"{finding.allowed:.2g}")}
    return {**row, "seconds": round(seconds, 3)}
