"""`check` in a student's notebook, with the public cases beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.bank import filenames
from autograder.bank.groups import PUBLIC
from autograder.bank.records import BankError
from autograder.calls.passed import to_python
from autograder.calls.transforms import width
from autograder.checks import heatmap, messages, result_page, rule_messages
from autograder.checks.lines import fold, in_short_lines
from autograder.checks.verdict import (
    CheckFailed,
    Ungraded,
    find,
    load,
    own_faults_ungraded,
)
from autograder.runtime import ending, fingerprint, jax_settings, log_server
from autograder.verdicts.rules import judge


@contextlib.contextmanager
def _show_verdict() -> Iterator[None]:
    """Show a verdict that the block raises in the form that suits notebooks."""
    try:
        with in_short_lines():
            yield
    except (CheckFailed, Ungraded):
        result_page.show_instead_of_otter()
        raise


def public_case(question: str, number: int, cases: str = PUBLIC) -> tuple[Any, ...]:
    """The arguments of one public case (numbered from 0), as the check passes them. Raises
    `ValueError` if there is no such case.

    `cases` may also name a law whose cases are public.

        scale_rows(*public_case("scale_rows", 0))
    """
    try:
        found = load(Path(filenames.PUBLIC_FILE), True).group(question, cases).cases
    except BankError as fault:
        raise ValueError(str(fault)) from None
    if type(number) is not int or not 0 <= number < len(found):
        raise ValueError(
            f"public_case({question!r}, {number!r}): {question} has the cases 0 to {len(found) - 1}"
        )
    case = found[number].case
    with width(case.way):
        return tuple(to_python(case.arguments).values())


@_show_verdict()
def check_cases(question: str, function: object, cases: str) -> None:
    """Check a student's function against a group of public cases. Raises `CheckFailed` and
    `Ungraded`.
    """
    finding = find(Path(filenames.PUBLIC_FILE), question, function, cases, in_notebook=True)
    if finding is not None:
        heatmap.show(question, finding)
        raise CheckFailed(messages.in_notebook(question, finding, cases))


@_show_verdict()
def check_rule(question: str, function: object, rule: str) -> None:
    """Check how a student's function computes against a rule. Raises `CheckFailed` and
    `Ungraded`.
    """
    with own_faults_ungraded(in_notebook=True):
        bank = load(Path(filenames.PUBLIC_FILE), True)
        method = bank.method(question, rule)
        with jax_settings.as_in_grading(bank.environment["settings"]):
            judgement = judge(function, method)
        versions = fingerprint.other_versions(bank.environment, fingerprint.current())
    if rule in judgement.unmet and versions and judgement.failed is None:
        print(fold(rule_messages.not_looked_at(question, rule, versions)))
    elif rule in judgement.unmet:
        raise CheckFailed(rule_messages.rule_in_notebook(question, method, judgement, rule))


def end_soon_for_otter() -> None:
    """Make this process end quickly if Otter's command runs the notebook, because the command waits
    for the kernel to end.
    """
    if log_server.address() is not None:
        log_server.wake_after_this_process()
        ending.skip_final_collection()
