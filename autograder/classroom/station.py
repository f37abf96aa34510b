"""Where submissions are graded one after the other: an unpacked autograder zip, and a grader that is kept warm."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.container import launcher
from autograder.errors import Refused
from autograder.grading import results
from autograder.sandbox.files import lay_out, remove

PATIENCE = 60.0
"""Seconds beyond those after which the launcher ends a grading by itself."""

STARTS = 2
"""So often grading one submission is attempted."""

SHOWN = 4000
"""Characters of what Otter printed last are kept."""


@dataclass(frozen=True)
class GradedSubmission:
    """The results in Gradescope's form, the end of what was printed, and seconds of wall time."""

    results: dict[str, Any]
    printed: str
    seconds: float


class Station:
    """Grades submissions with one autograder zip, each in a folder and in processes of its own."""

    def __init__(self, archive: Path) -> None:
        """Unpack `archive`. The grader is started when there is something to grade."""
        self._folder = Path(tempfile.mkdtemp(prefix="otter-arrays-station-"))  # nobody else may enter: the hidden bank is in it
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self._folder / "source")
        self._grader: subprocess.Popen[bytes] | None = None

    def grade(self, files: Mapping[str, bytes], metadata: Mapping[str, Any] | None = None) -> GradedSubmission:
        """Grade what was submitted, by path; `metadata` is what Gradescope says of it. There is a result, whatever happens.

        Where the grader dies, or ends with an error of its own, the submission is laid out once more and graded again.
        """
        started, printed = time.monotonic(), ""
        found = results.unfinished(f"the process that grades ended {STARTS} times before it had a result.")
        for _ in range(STARTS):
            root = Path(tempfile.mkdtemp(dir=self._folder))
            try:
                self._lay_out(root, files, metadata or {})
                holds = self._ask(root, launcher.seconds_of(root) + launcher.PATIENCE + PATIENCE)
                if holds is not None:
                    found = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
                    printed = (root / launcher.OUTPUT).read_text(encoding="utf-8", errors="replace")[-SHOWN:]
            except Refused as refusal:
                found, holds = results.refused(str(refusal)), True
            except (OSError, ValueError) as fault:
                told = getattr(fault, "strerror", None) or type(fault).__name__  # and no path of this machine
                found, holds = results.unfinished(f"the submission could not be laid out for grading ({told})."), True
            finally:
                remove(root)
            if holds:
                break
        return GradedSubmission(found, printed, time.monotonic() - started)

    def close(self) -> None:
        """End the grader and remove what was unpacked."""
        self._end_grader()
        remove(self._folder)

    def _lay_out(self, root: Path, files: Mapping[str, bytes], metadata: Mapping[str, Any]) -> None:
        """As on Gradescope. Raises `OSError` and `Refused`."""
        shutil.copytree(self._folder / "source", root / "source")
        for name in ("submission", "results"):
            (root / name).mkdir()
        (root / "submission_metadata.json").write_text(json.dumps(dict(metadata)), encoding="utf-8")
        lay_out(files, root / "submission")

    def _ask(self, root: Path, seconds: float) -> bool | None:
        """Whether the result of the grader for the submission in `root` holds; None if it has died or hangs, and then another one is asked next."""
        grader = self._grader = self._grader or self._start_grader()
        assert grader.stdin is not None
        assert grader.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            grader.stdin.write(json.dumps({"root": str(root)}).encode() + b"\n")
            grader.stdin.flush()
            if select.select([grader.stdout], [], [], seconds)[0]:
                return bool(json.loads(grader.stdout.readline())["holds"])
        self._end_grader()
        return None

    def _start_grader(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-m", "autograder.classroom.warm_grader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,
        )

    def _end_grader(self) -> None:
        if self._grader is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._grader.pid, signal.SIGKILL)
            self._grader.wait()
            for stream in (self._grader.stdin, self._grader.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._grader = None
