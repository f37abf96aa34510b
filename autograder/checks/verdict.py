"""The outcome of a check of cases: a finding or none, or no verdict at all."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from autograder.bank import storage
from autograder.bank.records import Bank, BankError
from autograder.runtime import fingerprint, jax_settings
from autograder.verdicts.examine import Finding, examine


class CheckFailed(AssertionError):
    """The answer is wrong; the text says how."""


class Imprecise(CheckFailed):
    """The answer is right to half precision, which is worth a share of the points."""


class Ungraded(Exception):
    """No verdict can be given, through no fault of the answer. The text says why, and what to
    do.
    """


class SubmissionProcess(Protocol):
    """The process that runs the submission, if it is not this one."""

    def environment(self) -> dict[str, Any]: ...

    def draws(self) -> dict[str, Any]: ...

    def why_undefined(self, name: str) -> str: ...

    @property
    def problem(self) -> str | None: ...


def find(path: Path, question: str, function: object, cases: str, *, at_desk: bool, elsewhere: SubmissionProcess | None = None) -> Finding | None:
    """Check `function` against a group of cases of the bank in `path`; None if it passes. Raises
    `Ungraded`.
    """
    with own_faults_ungraded(at_desk):
        bank = load(path, at_desk)
        group = bank.group(question, cases)
        demand_same_environment(fingerprint.difference(bank.environment, environment_of(elsewhere)), at_desk)
        with contextlib.nullcontext() if elsewhere else jax_settings.as_in_grading():
            finding = examine(function, group, interruptible=at_desk, show=sys.stdout.write if at_desk else None)
        if finding is not None and finding.step == "values":
            # Other random bits can only make numbers wrong. Asking costs a few compilations, which
            # a right answer never pays.
            demand_same_environment(fingerprint.drawn_difference(bank.environment, elsewhere.draws() if elsewhere else fingerprint.draws()), at_desk)
    return finding


def environment_of(elsewhere: SubmissionProcess | None) -> dict[str, Any]:
    """Versions and settings of the process that runs the submission: this one if `elsewhere` is
    None.
    """
    return elsewhere.environment() if elsewhere else fingerprint.current()


@contextlib.contextmanager
def own_faults_ungraded(at_desk: bool) -> Iterator[None]:
    """Turn a fault of the bank or of this package, raised in the block, into `Ungraded`."""
    try:
        yield
    except BankError as fault:
        raise Ungraded(f"{fault}. {'Download the assignment again.' if at_desk else 'Please tell your instructor.'}") from None
    except (Ungraded, KeyboardInterrupt):
        raise
    except Exception as fault:
        raise Ungraded(f"the grader itself failed ({type(fault).__name__}). Please tell your instructor; this is no fault of your answer.") from fault


def load(path: Path, at_desk: bool) -> Bank:
    """The bank in `path`. Raises `BankError`."""
    if at_desk and not path.exists():
        raise BankError(
            f"{path.name} is not in {Path.cwd().name!r}, the folder this runs in; run the notebook in the folder you downloaded, with all its files"
        )
    return storage.load(path, "" if at_desk else "the hidden bank")


def demand_same_environment(difference: str | None, at_desk: bool) -> None:
    """Raise `Ungraded` if there is a difference (see `autograder.runtime.fingerprint`)."""
    if difference is None:
        return
    raise Ungraded(f"{difference} Then restart the kernel." if at_desk else f"{difference} Your answer was not judged.")
