"""Grade submissions one after another, with an unpacked autograder zip and a warm grader."""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autograder.container import launcher
from autograder.errors import Refused
from autograder.grading import results
from autograder.runtime import system
from autograder.sandbox.files import lay_out, remove
from autograder.sandbox.guard import Guard

PATIENCE = 60.0
"""How many seconds to wait beyond the time when the launcher itself ends a grading."""

STARTS = 2
"""The number of attempts to grade one submission."""

SHOWN = 4000
"""At most this many of the last characters of Otter's output are kept."""


@dataclass(frozen=True)
class GradedSubmission:
    """The results in Gradescope's format, the end of the output, and seconds of wall time."""

    results: dict[str, Any]
    printed: str
    seconds: float


class Station:
    """Grades submissions with an autograder zip, each in a folder and processes of its own."""

    def __init__(self, archive: Path) -> None:
        """Unpack `archive`. The grader starts with the first submission."""
        # no other user may enter, because the hidden bank is in it
        self._folder = Path(tempfile.mkdtemp(prefix="otter-arrays-station-"))
        self.turn_to(archive)
        self._grader: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    def turn_to(self, archive: Path) -> None:
        """Grade with `archive` from now on. The grader stays warm: it knows nothing of a zip."""
        remove(self._folder / "source")
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self._folder / "source")

    def grade(
        self, files: Mapping[str, bytes], metadata: Mapping[str, Any] | None = None
    ) -> GradedSubmission:
        """Grade the submitted files, given by path. `metadata` is Gradescope's. Always returns a
        result.

        If the grader dies or ends with an error of its own, the submission is set up and graded
        once more.
        """
        started, printed = time.monotonic(), ""
        found = results.unfinished(f"the grading process ended {STARTS} times without a result.")
        for _ in range(STARTS):
            root = Path(tempfile.mkdtemp(dir=self._folder))
            try:
                self._lay_out(root, files, metadata or {})
                holds = self._ask(root, launcher.seconds_of(root) + launcher.PATIENCE + PATIENCE)
                if holds is not None:
                    found = json.loads(
                        (root / "results" / "results.json").read_text(encoding="utf-8")
                    )
                    printed = (root / launcher.OUTPUT).read_text(
                        encoding="utf-8", errors="replace"
                    )[-SHOWN:]
            except Refused as refusal:
                found, holds = results.refused(str(refusal)), True
            except (OSError, ValueError) as fault:
                # without any path of this machine
                told = getattr(fault, "strerror", None) or type(fault).__name__
                found, holds = (
                    results.unfinished(
                        f"the submission's files could not be copied for grading ({told})."
                    ),
                    True,
                )
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
        """Write the folders of one grading, laid out as on Gradescope. Raises `OSError` and
        `Refused`.
        """
        shutil.copytree(self._folder / "source", root / "source")
        for name in ("submission", "results"):
            (root / name).mkdir()
        (root / "submission_metadata.json").write_text(json.dumps(dict(metadata)), encoding="utf-8")
        lay_out(files, root / "submission")

    def _ask(self, root: Path, seconds: float) -> bool | None:
        """Have the grader grade the submission in `root`, and return whether its result is valid.

        Returns None if the grader died or hangs; the next submission then gets a new one.
        """
        grader = self._grader = self._grader or self._start_grader()
        assert grader.stdin is not None
        assert grader.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            grader.stdin.write(json.dumps({"root": str(root)}).encode() + b"\n")
            grader.stdin.flush()
            return bool(json.loads(_line_of(grader.stdout, seconds))["holds"])
        self._end_grader()
        return None

    def _start_grader(self) -> subprocess.Popen[bytes]:
        grader = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-m", "autograder.classroom.warm_grader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            **system.new_session(),
        )
        # a thread of a cluster may start it and end before it, so the kernel cannot tie the two
        # together
        self._guard = Guard(grader.pid, None, self._folder)
        return grader

    def _end_grader(self) -> None:
        if self._grader is not None:
            system.end_group(self._grader.pid)
            self._grader.wait()
            if self._guard is not None:
                self._guard.dismiss()
            for stream in (self._grader.stdin, self._grader.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._grader = None


def _line_of(stream: IO[bytes], seconds: float) -> bytes:
    """The next line of a pipe; b"" if none comes in time or the other side has ended."""
    found: queue.Queue[bytes] = queue.Queue(1)
    threading.Thread(target=lambda: found.put(stream.readline()), daemon=True).start()
    with contextlib.suppress(queue.Empty):
        return found.get(timeout=seconds)
    return b""
