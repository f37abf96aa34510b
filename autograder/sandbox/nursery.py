"""A process that has imported JAX and Flax and computed nothing: where many submissions are graded, their workers are forked from it.

This is how it is started and asked; `autograder.sandbox.confined.nursery_process` is what it does. Who wants a worker sends one message over a socket that
trusted processes alone have, with the worker's two pipes and a socket for answers. Over that come the worker's number and, when it ends, its status.
When it is closed, the worker and its process group are killed and forgotten; until then the number stays the worker's, also after its end.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from autograder.runtime.fork import POSSIBLE

VARIABLE = "OTTER_ARRAYS_NURSERY"
"""Has the descriptor of the socket for requests, in processes that may ask."""

_BOOT = "import sys; sys.path[:] = {path!r}; from autograder.sandbox.confined.nursery_process import main; main({requests})"


class Child:
    """A worker that was forked there, with what is used of `subprocess.Popen`."""

    def __init__(self, requests: int, descriptors: Sequence[int], environment: Mapping[str, str]) -> None:
        """Ask for a worker that reads from and writes to `descriptors`. Raises `OSError` when nobody answers."""
        self.returncode: int | None = None
        self._answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with socket.socket(fileno=os.dup(requests)) as asked, theirs:
                socket.send_fds(asked, [json.dumps(dict(environment)).encode()], [*descriptors, theirs.fileno()])
            number = self._answers.recv(64)
            if not number:
                raise OSError("the process that starts workers has ended")
        except OSError:
            self.close()
            raise
        self.pid = int(number)

    def poll(self) -> int | None:
        """Its status, or minus the signal that ended it; None while it lives."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises `subprocess.TimeoutExpired`."""
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0.0)
        return status

    def kill(self) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Have it killed, if it lives, and forgotten."""
        self._answers.close()

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._answers], [], [], timeout)[0]:
            status = self._answers.recv(64, socket.MSG_PEEK)  # it stays there for other threads, which may wait for it
            # Nobody is left to say how it ended: then it was killed with its parent.
            self.returncode = int(status) if status else -signal.SIGKILL
        return self.returncode


class Nursery:
    """The process. `requests` is the descriptor for requests, which forks of this process have too."""

    def __init__(self, path: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it, with `path` to import from."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT.format(path=list(path), requests=theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment,
                start_new_session=True,
            )
        self.requests = ours.detach()

    def close(self) -> None:
        """Ask for no more workers, and wait until it has ended."""
        os.close(self.requests)
        self._process.wait()


def descriptor() -> int | None:
    """Where to ask for a worker; None if workers are started anew."""
    number = os.environ.get(VARIABLE, "")
    return int(number) if POSSIBLE and number.isdigit() else None
