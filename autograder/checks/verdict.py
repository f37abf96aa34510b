"""The outcome of a check of cases: a finding, none, or no verdict at all."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from autograder.bank import storage
from autograder.bank.records import Bank, BankError, Group
from autograder.errors import NOT_YOUR_FAULT
from autograder.runtime import fingerprint, jax_settings
from autograder.runtime.canonical_draws import BASIC
from autograder.verdicts.examine import Finding, examine

OF_VALUES = ("values", "finite", "residual", "samples", "inconsistent")
"""The steps for which other random numbers may be to blame. Shapes, dtypes, structures and
exceptions do not depend on them.
"""


class CheckFailed(AssertionError):
    """The answer is wrong. The text says how."""


class Imprecise(CheckFailed):
    """The answer is right to half precision, which is worth a share of the points."""


class Ungraded(Exception):
    """There can be no verdict, through no fault of the answer. The text says why, and what to
    do.
    """


class SubmissionProcess(Protocol):
    """The process that runs the submission, if it is not this one."""

    def environment(self) -> dict[str, Any]: ...

    def draws(self, samplers: tuple[str, ...]) -> dict[str, Any]: ...

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
    """Check `function` against a group of cases of the bank in `path`. Returns None if it passes.
    Raises `Ungraded`.
    """
    with own_faults_ungraded(in_notebook):
        bank = load(path, in_notebook)
        group = bank.group(question, cases)
        here = environment_of(elsewhere)
        if elsewhere:
            x64 = any(each.case.way.x64 for each in group.cases)
            demand(fingerprint.other_settings(bank.environment, here, x64=x64), in_notebook)
            finding = examine(function, group, interruptible=False)
        else:
            finding = _in_this_process(function, group, bank, in_notebook)
        if finding is not None and finding.step in OF_VALUES:
            # Other random bits can only make numbers wrong. Asking for them costs a few
            # compilations, which a right answer never pays.
            versions = fingerprint.other_versions(bank.environment, here)
            names = tuple(bank.environment["draws"]) if versions else BASIC
            drawn = elsewhere.draws(names) if elsewhere else fingerprint.draws(names)
            difference = fingerprint.drawn_difference(
                bank.environment, drawn, versions, in_grading=not in_notebook
            )
            demand(difference, in_notebook)
    return finding


def _in_this_process(
    function: object, group: Group, bank: Bank, in_notebook: bool
) -> Finding | None:
    """The finding with JAX set as in grading. If the notebook's own settings would not give it, it
    says so.
    """

    def found(show: Callable[[str], object] | None) -> Finding | None:
        return examine(function, group, interruptible=in_notebook, show=show)

    import jax

    with jax_settings.as_in_grading(bank.environment["settings"]) as changed:
        finding = found(sys.stdout.write if in_notebook else None)
        graded = {name: getattr(jax.config, name) for name in changed}
    if finding is None or not changed:
        return finding
    try:
        if found(None) is not None:
            return finding
    except Exception:  # noqa: BLE001 - a setting such as a transfer guard stops even the call
        return finding
    told = " and ".join(
        f"{name} = {_plain(value)!r} (grading sets {_plain(graded[name])!r})"
        for name, value in changed.items()
    )
    return replace(finding, sentence=f"{finding.sentence} It passes with this notebook's {told}.")


def _plain(setting: Any) -> Any:
    """A setting as people write it. Some settings are members of an enumeration."""
    return getattr(setting, "value", setting)


def environment_of(elsewhere: SubmissionProcess | None) -> dict[str, Any]:
    """The versions and settings of the process that runs the submission: `elsewhere`, or this one
    if that is None.
    """
    return elsewhere.environment() if elsewhere else fingerprint.current()


@contextlib.contextmanager
def own_faults_ungraded(in_notebook: bool) -> Iterator[None]:
    """Turn a fault of the bank or of this package, raised in the block, into `Ungraded`."""
    try:
        yield
    except BankError as fault:
        raise Ungraded(
            f"{fault}. {'Download the assignment again.' if in_notebook else NOT_YOUR_FAULT}"
        ) from None
    except (Ungraded, KeyboardInterrupt):
        raise
    except Exception as fault:
        raise Ungraded(
            f"the grader itself failed ({type(fault).__name__}). {NOT_YOUR_FAULT}"
        ) from fault


def load(path: Path, in_notebook: bool) -> Bank:
    """The bank in `path`. Raises `BankError`."""
    if in_notebook and not path.exists():
        raise BankError(
            f"{path.name} is not in {Path.cwd().name!r}, the folder where this notebook runs; run "
            "it in the folder that you downloaded, with all its files"
        )
    return storage.load(path, "" if in_notebook else "the hidden bank")


def demand(difference: str | None, in_notebook: bool) -> None:
    """Raise `Ungraded` if there is a difference (see `autograder.runtime.fingerprint`)."""
    if difference is None:
        return
    raise Ungraded(
        f"{difference} Then restart the kernel."
        if in_notebook
        else f"{difference} Your answer was not judged."
    )
