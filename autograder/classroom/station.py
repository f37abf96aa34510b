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

from autograder import launcher, results
from autograder.refused import Refused
from autograder.sandbox.quarantine import lay_out, remove

PATIENCE = 60.0
"""Seconds beyond those after which the launcher ends a grading by itself."""

STARTS = 2
"""So often a grader is started for one submission."""

SHOWN = 4000
"""Characters of what Otter printed last are kept."""


@dataclass(frozen=True)
class Graded:
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

    def grade(self, files: Mapping[str, bytes], metadata: Mapping[str, Any] | None = None) -> Graded:
        """Grade what was submitted, by path; `metadata` is what Gradescope says of it. There is a result, whatever happens."""
        started = time.monotonic()
        root = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            shutil.copytree(self._folder / "source", root / "source")
            for name in ("submission", "results"):
                (root / name).mkdir()
            (root / "submission_metadata.json").write_text(json.dumps(dict(metadata or {})), encoding="utf-8")
            try:
                lay_out(files, root / "submission")
                found = self._results(root)
            except OSError as fault:
                found = results.unfinished(f"the submission could not be laid out for grading ({fault.strerror}).")
            except Refused as refusal:
                found = results.refused(str(refusal))
            with contextlib.suppress(OSError):
                return Graded(found, (root / launcher.OUTPUT).read_text(encoding="utf-8", errors="replace")[-SHOWN:], time.monotonic() - started)
            return Graded(found, "", time.monotonic() - started)
        finally:
            remove(root)

    def close(self) -> None:
        """End the grader and remove what was unpacked."""
        self._end_grader()
        remove(self._folder)

    def _results(self, root: Path) -> dict[str, Any]:
        limit = launcher.seconds_of(root) + launcher.PATIENCE + PATIENCE
        for _ in range(STARTS):
            if self._asked(root, limit):
                with contextlib.suppress(OSError, ValueError):
                    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
                    return found
            self._end_grader()  # it has died, or hangs: the next submission gets another one
        return results.unfinished("the process that grades ended twice before it had a result.")

    def _asked(self, root: Path, seconds: float) -> bool:
        """Whether the grader said that it is done with what is in `root`."""
        grader = self._grader = self._grader or self._start_grader()
        assert grader.stdin is not None
        assert grader.stdout is not None
        try:
            grader.stdin.write(json.dumps({"root": str(root)}).encode() + b"\n")
            grader.stdin.flush()
        except OSError:
            return False
        return bool(select.select([grader.stdout], [], [], seconds)[0]) and bool(grader.stdout.readline())

    def _start_grader(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-m", "autograder.classroom.warm"],
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
