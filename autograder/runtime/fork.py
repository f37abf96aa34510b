"""Fork a child of this process. It has every module that this process has imported, so it starts at
once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable

from autograder.runtime.linux import PR_SET_NAME, PR_SET_PDEATHSIG, prctl


class Forked:
    """The child, with the interface of `subprocess.Popen`: `pid`, `returncode`, `poll`, `wait`,
    `send_signal`, `terminate`, `kill`.
    """

    stdin = stdout = stderr = None

    def __init__(self, work: Callable[[], None], name: str) -> None:
        """Fork. The child does `work` in a new session and never returns from here.

        The system shows it as `name` (at most 15 characters), and kills it when its parent ends.
        """
        self.returncode: int | None = None
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # otherwise the child would print it again
        with warnings.catch_warnings():
            # The warning is about threads; those of numerical libraries handle forks themselves.
            warnings.simplefilter("ignore")
            self.pid = os.fork()
        if self.pid == 0:
            _run_as_child(work, name)

    def poll(self) -> int | None:
        """The exit code as in `subprocess`, a status or minus a signal, or None while the child
        runs.
        """
        return self._ended(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the child ends and return its exit code. Raises `TimeoutError` after `timeout`
        seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self._ended(0 if deadline is None else os.WNOHANG)) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"process {self.pid} has not ended after {timeout} seconds")
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send signal `number`, unless the child has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, flags: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, flags)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def _run_as_child(work: Callable[[], None], name: str) -> None:
    code = 1
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(PR_SET_NAME, ctypes.c_char_p(name.encode()[:15]))
        work()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1 if leaving.code else 0
    except BaseException:  # noqa: BLE001 - the child must not return into the parent's code
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()  # `os._exit` would lose what is buffered
        os._exit(code)
