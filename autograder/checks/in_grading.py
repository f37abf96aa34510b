"""`check` in grading: it uses the hidden bank and writes a row for the instructor."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.bank.groups import METHOD, PUBLIC, RANDOM
from autograder.bank.records import Bank, RuleChecks
from autograder.checks import elsewhere, messages, rule_messages
from autograder.checks.row import RIGHT, WRONG, CheckRow
from autograder.checks.rows_of_findings import row_of
from autograder.checks.verdict import (
    CheckFailed,
    Imprecise,
    SubmissionProcess,
    Ungraded,
    demand,
    environment_of,
    find,
    load,
    own_faults_ungraded,
)
from autograder.errors import NOT_YOUR_FAULT
from autograder.runtime import fingerprint
from autograder.verdicts.examine import Finding
from autograder.verdicts.rules import Judgement, judge


@dataclass(frozen=True)
class Found:
    """The finding about a function in a group of cases, and whether it came before the group's own
    check.
    """

    function: object
    finding: Finding | None
    early: bool


@dataclass(frozen=True)
class Grading:
    """What the plugin tells the process that runs the tests.

    `bank` is the hidden bank. `refusal` is a sentence that fails every check, because the whole
    submission cannot be graded. `elsewhere` is the process that runs the submission, or None if
    this one does. `rows` collects the findings for the instructor. `last_judgement` holds the
    function that was judged last, with the judgement. `found` holds the last finding of each group,
    by question and group.
    """

    bank: Path
    refusal: str | None = None
    elsewhere: SubmissionProcess | None = None
    rows: list[CheckRow] = field(default_factory=list)
    last_judgement: list[tuple[object, Judgement]] = field(default_factory=list)
    look_twice: bool = True
    found: dict[tuple[str, str], Found] = field(default_factory=dict)

    def find(self, question: str, function: object, cases: str, *, early: bool) -> Finding | None:
        """The finding in a group of cases, or None. The group's own check, which may come later,
        and the checks that ask `early` share one. Raises `Ungraded`.
        """
        last = self.found.get((question, cases))
        if last is None or last.function is not function or not (early or last.early):
            finding = find(
                self.bank, question, function, cases, in_notebook=False, elsewhere=self.elsewhere
            )
        else:
            finding = last.finding
        self.found[question, cases] = Found(function, finding, early)
        return finding

    def judge(self, function: object, method: RuleChecks) -> Judgement:
        """Judge `function` by all rules, or return the last judgement if it was of the same
        function.

        Each rule has its own test, but one observation of a function serves all of them.
        """
        if not self.last_judgement or self.last_judgement[0][0] is not function:
            self.last_judgement[:] = [(function, judge(function, method, twice=self.look_twice))]
        return self.last_judgement[0][1]


_grading: Grading | None = None

_verdict_texts: list[str] = []


def verdict_texts() -> list[str]:
    """The texts of the verdicts that checks have raised in this process so far."""
    return _verdict_texts


@contextlib.contextmanager
def note_verdict() -> Iterator[None]:
    """Record the text of a verdict that the block raises."""
    try:
        yield
    except (CheckFailed, Ungraded) as verdict:
        _verdict_texts.append(str(verdict))
        raise


def rows() -> list[CheckRow]:
    """The rows of this grading so far, one for each check, for the instructor."""
    return [] if _grading is None else list(_grading.rows)


def forget_rows(count: int) -> None:
    """Keep only the first `count` rows, because the checks behind the others will run again."""
    if _grading is not None:
        del _grading.rows[count:]
        _grading.found.clear()
        _grading.last_judgement.clear()


def begin_grading(
    bank: str,
    refusal: str | None = None,
    elsewhere: SubmissionProcess | None = None,
    *,
    look_twice: bool = True,
) -> None:
    """Make `check` use the hidden bank from now on. Call it before the submission's first cell, in
    the process that runs the tests. `look_twice`: see `autograder.verdicts.rules.judge`.
    """
    global _grading
    _grading = Grading(Path(bank), refusal, elsewhere, look_twice=look_twice)


def end_grading() -> None:
    """Undo `begin_grading` in a process that continues: `check` works again as outside grading."""
    global _grading
    _grading = None


def check(question: str, function: object, cases: str, rule: str | None) -> bool:
    """Check `function` and return True if this process is grading; otherwise return False. Raises
    `CheckFailed` and `Ungraded`.
    """
    if _grading is None:
        return False
    with note_verdict():
        demand_gradable(_grading, question)
        if _grading.elsewhere is not None:
            function = _grading.elsewhere.as_function(function)
        if rule is None:
            check_cases(_grading, question, function, cases)
        else:
            check_rule(_grading, question, function, rule)
    return True


def demand_gradable(grading: Grading, question: str) -> None:
    """Raise `CheckFailed` or `Ungraded` if this submission's answers cannot be judged."""
    if grading.refusal is not None:
        raise CheckFailed(grading.refusal)
    if grading.elsewhere is not None and grading.elsewhere.problem is not None:
        raise Ungraded(f"{question} {grading.elsewhere.problem}. {NOT_YOUR_FAULT}")


def check_cases(grading: Grading, question: str, function: object, cases: str) -> None:
    """Check `function` against a group of cases. Raises `CheckFailed` and `Ungraded`."""
    started = time.monotonic()
    finding = grading.find(question, function, cases, early=False)
    diagnosis = finding.diagnosis.name if finding and finding.diagnosis else None
    shown = diagnosis is not None and any(
        (row.question, row.cases, row.diagnosis) == (question, PUBLIC, diagnosis)
        for row in grading.rows
    )
    # The process has seen the hidden cases of earlier checks, and could tell of them through public
    # ones.
    hidden = any(each != PUBLIC for each in (cases, *(row.cases for row in grading.rows)))
    finding = _with_the_cell(grading, question, function, finding)
    grading.rows.append(row_of(question, cases, finding, time.monotonic() - started))
    if finding is not None:
        raise (Imprecise if finding.worth else CheckFailed)(
            messages.in_grading(question, finding, shown, hidden=hidden)
        )


def check_rule(grading: Grading, question: str, function: object, rule: str) -> None:
    """Check how `function` computes against a rule. An answer with wrong values breaks every rule:
    the facts come from the submission's process, which could easily make them up as well. Raises
    `CheckFailed` and `Ungraded`.
    """
    started = time.monotonic()
    with own_faults_ungraded(in_notebook=False):
        bank = load(grading.bank, False)
        method = bank.method(question, rule)
        here = environment_of(grading.elsewhere)
        x64 = any(case.way.x64 for case in method.cases)
        demand(fingerprint.other_settings(bank.environment, here, x64=x64), False)
    values = _values_of_rules(grading, bank, question, function)
    if values is not None:
        grading.rows.append(
            CheckRow(
                question,
                METHOD,
                rule,
                WRONG,
                forgeable=True,
                seconds=round(time.monotonic() - started, 3),
            )
        )
        raise CheckFailed(rule_messages.rule_without_values(question, values))
    with own_faults_ungraded(in_notebook=False):
        judgement = grading.judge(function, method)
    unmet = rule in judgement.unmet
    versions = fingerprint.other_versions(bank.environment, here)
    if unmet and versions and judgement.failed is None:
        raise Ungraded(rule_messages.not_judged(question, rule, versions))
    row = CheckRow(
        question, METHOD, rule, WRONG if unmet else RIGHT, seen=judgement.seen, forgeable=True
    )
    if unmet and judgement.failed is None:
        name, hint = rule_messages.mistake(method, judgement, rule)
        row = replace(row, diagnosis=name, diagnosis_by="author", hint=hint)
    grading.rows.append(replace(row, seconds=round(time.monotonic() - started, 3)))
    if unmet:
        raise CheckFailed(rule_messages.rule_in_grading(question, method, judgement, rule))


def _values_of_rules(grading: Grading, bank: Bank, question: str, function: object) -> str | None:
    """The group with wrong values, which break every rule, or None if the values are right."""
    if RANDOM not in bank.groups.get(question, {}):
        return None
    finding = grading.find(question, function, RANDOM, early=True)
    return None if finding is None or finding.verdict == "imprecise" else RANDOM


def _with_the_cell(
    grading: Grading, question: str, function: object, finding: Finding | None
) -> Finding | None:
    """The finding. If there is no function, it says what stopped the cell that should have defined
    it.
    """
    if finding is None or function is not None or grading.elsewhere is None:
        return finding
    why = grading.elsewhere.why_undefined(question)
    return replace(finding, sentence=f"is not defined: {why}.") if why else finding


elsewhere.grade_by(check)
