"""The trusted side: start the worker, send it requests, end it, and say why it stopped
answering.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.runtime import machine, system
from autograder.sandbox import nursery, own_time, surroundings, watchers
from autograder.sandbox.confined.confine import Confinement
from autograder.sandbox.endings import Died, Unconfined, how_ended
from autograder.sandbox.files import remove, too_much_in
from autograder.sandbox.guard import Guard
from autograder.sandbox.leftovers import remove_all_of
from autograder.sandbox.memory_group import group_for
from autograder.sandbox.settings import Settings
from autograder.sandbox.started import start
from autograder.sandbox.users import kill_all_of, worker_uid
from autograder.sandbox.wire import Closed, Frame, Late, WireError

MAX_ANSWER = 64 * 2**20
"""The largest size of the arrays in one answer, in bytes. The outputs of an exercise are small, and
the grader may have little memory.
"""


SCRATCH_NOTE = ".scratch"
"""The suffix of notes beside the submission's files. Each holds the path of a worker's folder."""

Serve = Callable[[Frame], Frame]
"""Answers a call that the worker makes while it works on a request."""


@dataclass
class Started:
    """What the worker reported about itself before it ran anything of the submission."""

    active: Sequence[str]
    missing: Mapping[str, str]
    open_holes: Sequence[str]
    environment: Mapping[str, Any]
    user: str = ""


class Worker:
    """One confined process. Every method but `end` raises `Died` when the process stops answering,
    after ending the process.
    """

    def __init__(self, settings: Settings, *, begin: bool = True) -> None:
        """Start the process and, unless `begin` is False, wait until it is confined."""
        self.settings = settings
        self._died: Died | None = None
        self._killed_before = machine.kills_for_memory()
        self._ended, self._leaves_nothing = False, True
        self._uid = worker_uid() if settings.own_user else None
        self._scratch = Path(tempfile.mkdtemp(prefix="submission-"))
        self._note: Path | None = None
        if settings.files is not None:
            shutil.copytree(settings.files, self._scratch, dirs_exist_ok=True)
            self._note = Path(settings.files).with_name(f"{self._scratch.name}{SCRATCH_NOTE}")
            self._note.write_text(str(self._scratch), encoding="utf-8")
        if self._uid is not None:
            for path in (self._scratch, *self._scratch.rglob("*")):
                system.give(path, self._uid)
        self._process, self._pipe = start(settings, self._scratch)
        self._group = group_for(self._process.pid, watchers.memory_limit(settings.limits))
        self._guard = Guard(self._process.pid, self._uid, self._scratch)
        watchers.begin(self._process, settings.limits, self._scratch, self._uid, self._kill)
        if begin:
            self.begin()

    def begin(self) -> None:
        """Wait until the process has confined itself. Raises `Unconfined` if a hole is open and
        isolation is required."""
        self.started = self._confine()

    def ask(
        self,
        header: Mapping[str, Any],
        arrays: Mapping[str, Any],
        seconds: float,
        serve: Serve | None = None,
    ) -> Frame:
        """Send one request and wait for its answer, for at most `seconds`. Raises `Died`.

        Meanwhile `serve`, if given, answers calls of functions that the request passed.
        """
        deadline = time.monotonic() + seconds
        with own_time.asking():
            return self._exchange(header, arrays, seconds, deadline, serve)

    def _exchange(
        self,
        header: Mapping[str, Any],
        arrays: Mapping[str, Any],
        seconds: float,
        deadline: float,
        serve: Serve | None,
    ) -> Frame:
        try:
            self._pipe.send(Frame(header, arrays), deadline)
            frame = self._pipe.receive(deadline, MAX_ANSWER)
            while serve is not None and "callback" in frame.header:
                with own_time.answering():
                    answer = serve(frame)
                self._pipe.send(answer, deadline)
                frame = self._pipe.receive(deadline, MAX_ANSWER)
            # The watcher may look too late. Then a later call would be blamed for this cell.
            left = too_much_in(self._scratch) if header.get("do") == "cell" else None
            if left is None:
                return frame
            died = Died(left)
        except own_time.TookTooLong:
            self.end()  # the worker waits for an answer that will not come
            raise
        except Late:
            died = self._died or Died(f"took longer than {round(seconds, 1):g} seconds", late=True)
        except Closed:
            died = self._died or self._how_ended()
        except WireError:
            # The submission chooses what it sends, and the cause is shown to its author: say no
            # more.
            died = self._died or Died("sent something that is not an answer")
        self._died = died
        self.end()
        raise died

    def end(self) -> None:
        """Kill the process and all others of its user, and wait until none is left. A second call
        does nothing.
        """
        if self._ended:
            return
        self._ended = True
        system.end_group(self._process.pid)
        self._process.kill()
        self._process.wait()
        if self._uid is not None:
            kill_all_of(self._uid)
            if not self._leaves_nothing:
                remove_all_of(self._uid)
        if isinstance(self._process, nursery.Child):
            self._process.close()
        with contextlib.suppress(OSError):
            self._pipe.close()
        if self._group is not None:
            self._group.remove()
        remove(self._scratch)
        if self._note is not None:
            self._note.unlink(missing_ok=True)
        self._guard.dismiss()

    def _confine(self) -> Started:
        limits = self.settings.limits
        wanted = Confinement(
            scratch=str(self._scratch),
            readable=surroundings.readable(),
            hidden=list(self.settings.hidden),
            uid=self._uid,
            memory=limits.address_bytes,
            cpu_seconds=int(limits.submission_seconds * (os.cpu_count() or 1)) + 60,
            leave_out=list(self.settings.leave_out),
        )
        # A call needs memory beyond what JAX keeps, and so do JAX's libraries.
        keep = watchers.memory_limit(limits) // 3
        request = {
            "confinement": asdict(wanted),
            "keep_bytes": keep,
            "compiled": self.settings.compiled if self.settings.takes("compiled") else "",
        }
        said = self.ask(request, {}, limits.start_seconds).header
        started = Started(
            said["active"],
            said["missing"],
            said["open_holes"],
            said["environment"],
            "own" if self._uid is not None else "same",
        )
        self._leaves_nothing = {"landlock", "seccomp"} <= set(started.active)
        if started.open_holes and self.settings.level == "required":
            self.end()
            raise Unconfined(", ".join(started.open_holes))
        return started

    def _how_ended(self) -> Died:
        ended = how_ended(self._process, self._killed_before)
        by_group = self._group is not None and self._group.has_killed()
        return Died(watchers.too_much_memory(self.settings.limits)) if by_group else ended

    def _kill(self, cause: str) -> None:
        """Kill the process, and remember why."""
        self._died = Died(cause)
        self._process.kill()
