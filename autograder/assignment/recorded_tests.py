"""Find out what the test files of a master ask for by running them on its solution."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from otter.nbmeta_config import NBMetadataConfig
from otter.test_files import create_test_file

from autograder.assignment.test_files import TestCall, spelled_calls
from autograder.checks.recording import recording
from autograder.errors import BuildError


def record(tests: Path, namespace: Mapping[str, Any]) -> dict[str, list[list[TestCall]]]:
    """The calls of `check` that each test case of each test file makes, in order, by file.

    Each test case runs on a copy of `namespace` for as far as it gets; whether it passes is for
    grading to find out. If a test case stops before it calls `check`, its source is read instead.
    Raises `BuildError` for a file that Otter cannot load.
    """
    found = {}
    for path in sorted(tests.glob("*.py")):
        recorded, spelled = _of_file(path, namespace), spelled_calls(path)
        found[path.stem] = (
            [ran or read for ran, read in zip(recorded, spelled, strict=True)]
            if len(spelled) == len(recorded)
            else recorded
        )
    return found


def _of_file(path: Path, namespace: Mapping[str, Any]) -> list[list[TestCall]]:
    try:
        file = create_test_file(str(path), NBMetadataConfig())
    except Exception as fault:  # noqa: BLE001 - whatever Otter or the file's own lines raise
        raise BuildError(
            f"Otter cannot load the tests of {path.stem!r} ({type(fault).__name__}: {fault}), so "
            "no submission could be graded"
        ) from None
    found = []
    for case in list(file.test_cases):
        file.test_cases = [case]
        with recording() as calls, _silent(), contextlib.suppress(Exception, SystemExit):
            file.run(dict(namespace))
        function = getattr(case.body, "test_func", None)
        name = case.name if function is None else function.__name__
        found.append(
            [
                TestCall(
                    f"{name} of {path.stem!r}",
                    bool(case.hidden),
                    _text(question),
                    _text(cases),
                    None if rule is None else _text(rule),
                )
                for question, cases, rule in dict.fromkeys(_hashable(calls))
            ]
        )
    return found


def _hashable(calls: Sequence[tuple[object, ...]]) -> list[tuple[Any, ...]]:
    """The calls, with strings unchanged and everything else as its `repr`."""
    return [tuple(part if part is None else _text(part) for part in call) for call in calls]


def _text(part: object) -> str:
    return part if isinstance(part, str) else repr(part)


@contextlib.contextmanager
def _silent() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
