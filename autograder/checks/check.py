"""`check`, the one call that a test cell makes: in the master notebook, at the student's desk, and in grading."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from autograder.bank import filenames, storage
from autograder.bank.groups import GROUPS, METHOD, PUBLIC
from autograder.bank.records import Bank, BankError, RuleChecks
from autograder.calls.inputs import to_python
from autograder.checks import heatmap, messages
from autograder.questions.laws import is_law
from autograder.questions.question import newest
from autograder.runtime import ending, fingerprint, jax_settings, log_server
from autograder.verdicts.compare import comparable, shape_in_words
from autograder.verdicts.examine import Finding, examine
from autograder.verdicts.rules import Judgement, judge
from autograder.verdicts.sketch import sketch


class CheckFailed(AssertionError):
    """The answer is wrong; the text says how."""


class Imprecise(CheckFailed):
    """The answer is right to half precision, which is worth a share of the points."""


class Ungraded(Exception):
    """No verdict can be given, and that is no fault of the answer; the text says why and what to do."""


class SubmissionProcess(Protocol):
    """The process that runs the submission, where that is not this one."""

    def environment(self) -> dict[str, Any]: ...

    def draws(self) -> dict[str, Any]: ...

    @property
    def problem(self) -> str | None: ...


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


def records() -> list[dict[str, Any]]:
    """What the checks of this grading have found so far, one row for each, for the instructor."""
    return [] if _grading is None else list(_grading.records)


def public_case(question: str, number: int, cases: str = PUBLIC) -> tuple[Any, ...]:
    """The arguments of one public case (numbered from 0), as the check hands them over. Raises `ValueError` if there is no such case.

    `cases` may also name a law whose cases are public.

    scale_rows(*public_case("scale_rows", 0))
    """
    try:
        found = _load(Path(filenames.PUBLIC_FILE), True).group(question, cases).cases
    except BankError as fault:
        raise ValueError(str(fault)) from None
    if type(number) is not int or not 0 <= number < len(found):
        raise ValueError(f"public_case({question!r}, {number!r}): {question} has the cases 0 to {len(found) - 1}")
    return tuple(to_python(value) for value in found[number].case.arguments.values())


def begin_grading(bank: str, refusal: str | None = None, elsewhere: SubmissionProcess | None = None, *, look_twice: bool = True) -> None:
    """Called before the submission's first cell, in the process that runs the tests. `look_twice`: see `autograder.verdicts.rules.judge`."""
    global _grading
    _grading = Grading(Path(bank), refusal, elsewhere, look_twice=look_twice)


def end_grading() -> None:
    """After `begin_grading` in a process that goes on: `check` is again what it is outside of grading."""
    global _grading
    _grading = None


def check(question: str, function: object, cases: str = PUBLIC, *, rule: str | None = None) -> None:
    """Check `function` against one group of cases of `question`, or hold how it computes against one `rule` that the question requires.

    Where it runs decides where the cases come from: in grading from the hidden bank; in a master notebook, which declares the question,
    from a fresh draw with `function` as the reference; at a student's desk from the public cases beside the notebook.
    Returns None if every case is right. Raises `CheckFailed` if one is not, and `Ungraded` if no verdict can be given: other package
    versions, a damaged bank, a fault in this package.
    """
    if not isinstance(question, str) or not (cases in GROUPS or is_law(cases)):
        raise ValueError(
            f"check({question!r}, …, cases={cases!r}): the question is a string, and the groups of cases are {', '.join(GROUPS)}, and laws jit, vmap, grad, permutation of B"
        )
    if rule is not None and (not isinstance(rule, str) or cases != PUBLIC):
        raise ValueError(f"check({question!r}, …, cases={cases!r}, rule={rule!r}): a rule is named by a string, and without cases")
    if _grading is not None:
        _may_be_graded(_grading, question)
        (_in_grading if rule is None else _rule_in_grading)(_grading, question, function, cases if rule is None else rule)
        return
    _end_soon_for_otter()
    if newest(question) is not None:
        _in_master(question, function, cases, rule)
    elif rule is not None:
        _rule_at_desk(question, function, rule)
    else:
        _at_desk(question, function, cases)


def _may_be_graded(grading: Grading, question: str) -> None:
    if grading.refusal is not None:
        raise CheckFailed(grading.refusal)
    if grading.elsewhere is not None and grading.elsewhere.problem is not None:
        raise Ungraded(f"{question} {grading.elsewhere.problem}. Please tell your instructor.")


def _in_grading(grading: Grading, question: str, function: object, cases: str) -> None:
    started = time.monotonic()
    finding = _verdict(grading.bank, question, function, cases, at_desk=False, elsewhere=grading.elsewhere)
    diagnosis = finding.diagnosis.name if finding is not None and finding.diagnosis is not None else None
    shown = diagnosis is not None and any(
        (record["question"], record["cases"], record["diagnosis"]) == (question, PUBLIC, diagnosis) for record in grading.records
    )
    grading.records.append(_record(question, cases, finding, time.monotonic() - started))
    if finding is not None:
        raise (Imprecise if finding.worth else CheckFailed)(messages.in_grading(question, finding, shown))


def _at_desk(question: str, function: object, cases: str) -> None:
    finding = _verdict(Path(filenames.PUBLIC_FILE), question, function, cases, at_desk=True)
    if finding is not None:
        heatmap.show(question, finding)
        raise CheckFailed(messages.at_desk(question, finding, cases))


def _rule_in_grading(grading: Grading, question: str, function: object, rule: str) -> None:
    started = time.monotonic()
    with _own_faults_ungraded(at_desk=False):
        bank = _load(grading.bank, False)
        method = bank.method(question, rule)
        _same_environment(fingerprint.difference(bank.environment, _environment_of(grading.elsewhere)), False)
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


def _rule_at_desk(question: str, function: object, rule: str) -> None:
    with _own_faults_ungraded(at_desk=True):
        bank = _load(Path(filenames.PUBLIC_FILE), True)
        method = bank.method(question, rule)
        _same_environment(fingerprint.difference(bank.environment, fingerprint.current()), True)
        with jax_settings.as_in_grading():
            judgement = judge(function, method)
    if rule in judgement.unmet:
        raise CheckFailed(messages.rule_at_desk(question, method, judgement, rule))


def _in_master(question: str, function: object, cases: str, rule: str | None) -> None:
    from autograder.build import rehearse

    declaration = newest(question)
    assert declaration is not None
    print(rehearse.rehearse(declaration, function, cases) if rule is None else rehearse.rehearse_rule(declaration, function, rule))


def _end_soon_for_otter() -> None:
    """Where Otter's command runs this notebook, it waits until the kernel has ended."""
    if log_server.address() is not None:
        log_server.wake_after_this_process()
        ending.skip_final_collection()


def _verdict(path: Path, question: str, function: object, cases: str, *, at_desk: bool, elsewhere: SubmissionProcess | None = None) -> Finding | None:
    with _own_faults_ungraded(at_desk):
        bank = _load(path, at_desk)
        group = bank.group(question, cases)
        _same_environment(fingerprint.difference(bank.environment, _environment_of(elsewhere)), at_desk)
        with contextlib.nullcontext() if elsewhere else jax_settings.as_in_grading():
            finding = examine(function, group, interruptible=at_desk, show=sys.stdout.write if at_desk else None)
        if finding is not None and finding.step == "values":
            # Only numbers can be wrong because of other random bits; asking costs a few compilations, which a right answer never pays.
            _same_environment(fingerprint.drawn_difference(bank.environment, elsewhere.draws() if elsewhere else fingerprint.draws()), at_desk)
    return finding


def _environment_of(elsewhere: SubmissionProcess | None) -> dict[str, Any]:
    return elsewhere.environment() if elsewhere else fingerprint.current()


@contextlib.contextmanager
def _own_faults_ungraded(at_desk: bool) -> Iterator[None]:
    """A fault of the bank or of this package is no verdict."""
    try:
        yield
    except BankError as fault:
        raise Ungraded(f"{fault}. {'Download the assignment again.' if at_desk else 'Please tell your instructor.'}") from None
    except (Ungraded, KeyboardInterrupt):
        raise
    except Exception as fault:
        raise Ungraded(f"the grader itself failed ({type(fault).__name__}). Please tell your instructor; this is no fault of your answer.") from fault


def _load(path: Path, at_desk: bool) -> Bank:
    if at_desk and not path.exists():
        raise BankError(
            f"{path.name} is not in {Path.cwd().name!r}, the folder this runs in; run the notebook in the folder you downloaded, with all its files"
        )
    return storage.load(path, "" if at_desk else "the hidden bank")


def _same_environment(difference: str | None, at_desk: bool) -> None:
    if difference is None:
        return
    raise Ungraded(f"{difference} Then restart the kernel." if at_desk else f"{difference} Your answer was not judged.")


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
