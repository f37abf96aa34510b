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


class StationClosed(Exception):
    """Another thread has closed the station."""


class Station:
    """Grades submissions with an autograder zip, each in a folder and processes of its own.

    One thread grades. Another may close the station meanwhile.
    """

    def __init__(self, archive: Path) -> None:
        """Unpack `archive`. The grader starts with the first submission."""
        # no other user may enter, because the hidden bank is in it
        self._folder = Path(tempfile.mkdtemp(prefix="otter-arrays-station-"))
        self.turn_to(archive)
        self._grader: _Grader | None = None
        self._closed = False
        self._changes = threading.Lock()

    def turn_to(self, archive: Path) -> None:
        """Grade with `archive` from now on. The grader stays warm: it knows nothing of a zip."""
        remove(self._folder / "source")
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self._folder / "source")

    def grade(
        self, files: Mapping[str, bytes], metadata: Mapping[str, Any] | None = None
    ) -> GradedSubmission:
        """Grade the submitted files, given by path. `metadata` is Gradescope's. Always returns a
        result, but for `StationClosed`.

        If the grader dies or ends with an error of its own, the submission is set up and graded
        once more.
        """
        started, printed = time.monotonic(), ""
        found = results.unfinished(f"the grading process ended {STARTS} times without a result.")
        for _ in range(STARTS):
            root = self._folder_of_one()
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
        """End the grader and remove what was unpacked. No other grader starts."""
        with self._changes:
            self._closed = True
        self._end_grader()
        remove(self._folder)

    def _folder_of_one(self) -> Path:
        with self._changes:
            if self._closed:
                raise StationClosed
            return Path(tempfile.mkdtemp(dir=self._folder))

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
        grader = self._warm_grader()
        with contextlib.suppress(OSError, ValueError):
            return bool(json.loads(grader.answer({"root": str(root)}, seconds))["holds"])
        self._end_grader()
        return None

    def _warm_grader(self) -> _Grader:
        with self._changes:
            if self._closed:
                raise StationClosed
            self._grader = self._grader or _Grader(self._folder)
            return self._grader

    def _end_grader(self) -> None:
        with self._changes:
            grader, self._grader = self._grader, None
            if grader is not None:
                grader.end()


class _Grader:
    """A warm grader, and the guard that ends it when this process dies."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-m", "autograder.classroom.warm_grader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            **system.new_session(),
        )
        # a thread of a cluster may start it and end before it, so the kernel cannot tie the two
        # together
        self._guard = Guard(self.pid, None, folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    def answer(self, request: Mapping[str, str], seconds: float) -> bytes:
        """The line that it answers; b"" if none comes in time. Raises `OSError` and `ValueError`
        if it has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(dict(request)).encode() + b"\n")
        self._process.stdin.flush()
        return _line_of(self._process.stdout, seconds)

    def end(self) -> None:
        """End it with all that it started. Call this once."""
        system.end_group(self.pid)
        self._process.wait()
        self._guard.dismiss()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _line_of(stream: IO[bytes], seconds: float) -> bytes:
    """The next line of a pipe; b"" if none comes in time or the other side has ended."""
    found: queue.Queue[bytes] = queue.Queue(1)
    threading.Thread(target=lambda: found.put(stream.readline()), daemon=True).start()
    with contextlib.suppress(queue.Empty):
        return found.get(timeout=seconds)
    return b""
