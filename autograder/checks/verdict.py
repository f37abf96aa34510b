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

    def as_function(self, value: object) -> object: ...

    @property
    def problem(self) -> str | None: ...


def find(
    path: Path,
    question: str,
    function: object,
    cases: str,
    *,
    in_notebook: bool,
    elsewhere: SubmissionProcess | None = None,
) -> Finding | None:
    """Check `function` against a group of cases of the bank in `path`; None if it passes. Raises
    `Ungraded`.
    """
    with own_faults_ungraded(in_notebook):
        bank = load(path, in_notebook)
        group = bank.group(question, cases)
        demand_same_environment(
            fingerprint.difference(
                bank.environment,
                environment_of(elsewhere),
                x64=any(each.case.way.x64 for each in group.cases),
            ),
            in_notebook,
        )
        with contextlib.nullcontext() if elsewhere else jax_settings.as_in_grading():
            finding = examine(
                function,
                group,
                interruptible=in_notebook,
                show=sys.stdout.write if in_notebook else None,
            )
        if finding is not None and finding.step == "values":
            # Other random bits can only make numbers wrong. Asking costs a few compilations, which
            # a right answer never pays.
            demand_same_environment(
                fingerprint.drawn_difference(
                    bank.environment, elsewhere.draws() if elsewhere else fingerprint.draws()
                ),
                in_notebook,
            )
    return finding


def environment_of(elsewhere: SubmissionProcess | None) -> dict[str, Any]:
    """Versions and settings of the process that runs the submission: this one if `elsewhere` is
    None.
    """
    return elsewhere.environment() if elsewhere else fingerprint.current()


@contextlib.contextmanager
def own_faults_ungraded(in_notebook: bool) -> Iterator[None]:
    """Turn a fault of the bank or of this package, raised in the block, into `Ungraded`."""
    try:
        yield
    except BankError as fault:
        raise Ungraded(
            f"{fault}. "
            f"{'Download the assignment again.' if in_notebook else 'Please tell your instructor.'}"
        ) from None
    except (Ungraded, KeyboardInterrupt):
        raise
    except Exception as fault:
        raise Ungraded(
            f"the grader itself failed ({type(fault).__name__}). Please tell your instructor; this "
            "is no fault of your answer."
        ) from fault


def load(path: Path, in_notebook: bool) -> Bank:
    """The bank in `path`. Raises `BankError`."""
    if in_notebook and not path.exists():
        raise BankError(
            f"{path.name} is not in {Path.cwd().name!r}, the folder this runs in; run the notebook "
            "in the folder you downloaded, with all its files"
        )
    return storage.load(path, "" if in_notebook else "the hidden bank")


def demand_same_environment(difference: str | None, in_notebook: bool) -> None:
    """Raise `Ungraded` if there is a difference (see `autograder.runtime.fingerprint`)."""
    if difference is None:
        return
    raise Ungraded(
        f"{difference} Then restart the kernel."
        if in_notebook
        else f"{difference} Your answer was not judged."
    )
