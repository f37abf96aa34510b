"""Grade again without a test whose process had to be ended: start Otter's kernel once more, and
fail that test.

`autograder.sandbox.own_time` ends a process in which Python itself cannot end a test. The kernel's
notes in a folder tell which test it was.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbclient.exceptions import DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor

MOST = 3
"""After this many tests have ended the process, tests that no earlier kernel has finished do not
run.
"""

HUNG = "it was stopped, because it ran too long on what the submission returned"
NOT_RUN = f"it was not run, because {MOST} earlier tests ran too long"


@dataclass
class Journal:
    """Notes in a folder: which tests have started and ended, and which must not run."""

    folder: Path

    @property
    def mark(self) -> Path:
        """The file that is not empty once a process was ended because of its test."""
        return self.folder / "took-too-long"

    def begins(self, test: str) -> None:
        """Note that a test starts."""
        self._note("begins", test)

    def note_end(self, test: str) -> None:
        """Note that a test has ended."""
        self._note("ended", test)

    def left_out(self) -> tuple[dict[str, str], float]:
        """Why each test that must not run has failed, and the seconds used before this kernel
        started.
        """
        try:
            found = json.loads(self._left_out.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}, 0.0
        return dict(found["tests"]), float(found["seconds"])

    def leave_out_the_last(self, tests: Iterable[str], seconds: float) -> bool:
        """Note that the test which ended the process must not run again. Returns False if the
        process ended in another way.
        """
        notes = [line.split(" ", 1) for line in self._notes()]
        hung = [test for what, test in notes[-1:] if what == "begins"]
        if not hung or not self.mark.exists() or not self.mark.stat().st_size:
            return False
        known, _ = self.left_out()
        known[hung[0]] = HUNG
        if len(known) >= MOST:
            done = {test for what, test in notes if what == "ended"}
            known |= {test: NOT_RUN for test in tests if test not in done and test not in known}
        content = {"tests": known, "seconds": seconds}
        self._left_out.write_text(json.dumps(content), encoding="utf-8")
        self.mark.write_text("", encoding="utf-8")
        return True

    @property
    def _left_out(self) -> Path:
        return self.folder / "left-out.json"

    def _notes(self) -> list[str]:
        try:
            return (self.folder / "tests.txt").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _note(self, what: str, test: str) -> None:
        with (self.folder / "tests.txt").open("a", encoding="utf-8") as file:
            file.write(f"{what} {test}\n")


@contextlib.contextmanager
def graded_again(journal: Journal, tests: Path) -> Iterator[None]:
    """In the block, a kernel that ended itself because of a test is started again without that
    test.
    """
    execute, started = ExecutePreprocessor.preprocess, time.monotonic()

    def preprocess(
        self: ExecutePreprocessor, nb: Any, resources: Any = None, km: Any = None
    ) -> tuple[Any, Any]:
        while True:
            try:
                return execute(self, nb, resources, km)
            except DeadKernelError:
                names = [path.stem for path in tests.glob("*.py")]
                if not journal.leave_out_the_last(names, time.monotonic() - started):
                    raise

    ExecutePreprocessor.preprocess = preprocess  # type: ignore[method-assign]
    try:
        yield
    finally:
        ExecutePreprocessor.preprocess = execute  # type: ignore[method-assign]
