"""Run one of Otter's test files so that each of its test cases has a result, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from autograder.checks.in_grading import verdict_texts
from autograder.grading.outcomes import without_borrowed
from autograder.sandbox.own_time import TookTooLong

FAILED = "❌ Test case failed\nThis test could not finish: {fault}"

HIDDEN_TEXT = "(the exception's text is not shown for a hidden test)"


def run_test(
    file: Path, namespace: MutableMapping[str, Any], texts: Callable[[], Sequence[tuple[str, str]]]
) -> None:
    """Run a test file on `namespace`; Otter keeps the results.

    Afterwards `texts` gives the class and text of the submission's own exceptions. Such a text may
    repeat what a hidden test passed, so the result of a hidden test does not repeat it.
    """
    from otter import Notebook
    from otter.execute import Checker

    before, already = len(Checker.get_results()), len(verdict_texts())
    try:
        Notebook().check(file.stem, global_env=namespace)
    except (Exception, SystemExit, TookTooLong):  # noqa: BLE001 - one ends none of the others
        if len(Checker.get_results()) == before:
            Checker.get_results().append(_case_by_case(file, namespace))
    for ran in Checker.get_results()[before:]:
        for result in ran.test_case_results:
            if not result.passed:
                message = result.message or ""
                if result.test_case.hidden:
                    message = _without(message, texts())
                result.message = without_borrowed(message, verdict_texts()[already:])


def fail_test(file: Path, reason: str) -> None:
    """Fail each test case of a test file without running any."""
    from otter.execute import Checker
    from otter.test_files.abstract_test import TestCaseResult

    read = _read(file)
    told = FAILED.format(fault=reason)
    read.test_case_results = [
        TestCaseResult(test_case=case, message=told, passed=False) for case in read.test_cases
    ]
    Checker.get_results().append(read)


def forget_last_test() -> None:
    """Forget the results of the last test file, because it runs again."""
    from otter.execute import Checker

    del Checker.get_results()[-1:]


def _case_by_case(path: Path, namespace: MutableMapping[str, Any]) -> Any:
    """The test file after each of its test cases has run by itself. A test case that cannot finish
    has failed.
    """
    from otter.test_files.abstract_test import TestCaseResult

    file = _read(path)
    cases, results = file.test_cases, []
    for case in cases:
        file.test_cases = [case]
        try:
            file.run(namespace)
            results += file.test_case_results
        except (Exception, SystemExit, TookTooLong) as fault:  # noqa: BLE001
            told = FAILED.format(fault=_fault_text(fault))
            results.append(TestCaseResult(test_case=case, message=told, passed=False))
    file.test_cases, file.test_case_results = cases, results
    return file


def _read(path: Path) -> Any:
    from otter.nbmeta_config import NBMetadataConfig
    from otter.test_files import create_test_file

    # Relative, as Otter writes it, because Otter recognises by the path that the file has run.
    return create_test_file(os.path.relpath(path), NBMetadataConfig())


def _fault_text(fault: BaseException) -> str:
    try:
        return f"{type(fault).__name__}: {fault}"
    except Exception:  # noqa: BLE001 - a stand-in in it may have no answer any more
        return type(fault).__name__


def _without(message: str, texts: Sequence[tuple[str, str]]) -> str:
    for kind, text in texts:
        if text:
            message = message.replace(f"{kind}: {text}", f"{kind}: {HIDDEN_TEXT}")
            stripped = text.strip("'")
            message = message.replace(f"{kind}: {stripped}", f"{kind}: {HIDDEN_TEXT}")
    return message
