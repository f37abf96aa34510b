"""Start and use the nursery: a process that has imported JAX and Flax and computed nothing. It
forks workers when many submissions are graded.

`autograder.sandbox.confined.nursery_process` runs in it. To get a worker, a trusted process sends
one message over a socket that only trusted processes have, with the worker's two pipes and a socket
for answers. The nursery answers on that socket with the worker's process number and, when the
worker ends, with its status. When the socket is closed, the nursery kills the worker and its
process group and reaps it. Until then the number stays the worker's, even after its end.
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

from autograder.runtime import system
from autograder.sandbox import surroundings

VARIABLE = "OTTER_ARRAYS_NURSERY"
"""The environment variable that holds the descriptor of the request socket, in processes that may
ask.
"""

_BOOT = (
    surroundings.BOOT
    + "from autograder.sandbox.confined.nursery_process import main; main({requests})"
)


class Child:
    """A worker forked by the nursery, with the part of the `subprocess.Popen` interface that we
    use.
    """

    def __init__(
        self, requests: int, descriptors: Sequence[int], environment: Mapping[str, str]
    ) -> None:
        """Ask for a worker that reads from and writes to `descriptors`. Raises `OSError` if the
        nursery does not answer.
        """
        self.returncode: int | None = None
        self._answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with socket.socket(fileno=os.dup(requests)) as asked, theirs:
                socket.send_fds(
                    asked, [json.dumps(dict(environment)).encode()], [*descriptors, theirs.fileno()]
                )
            number = self._answers.recv(64)
            if not number:
                raise OSError("the process that starts workers has ended")
        except OSError:
            self.close()
            raise
        self.pid = int(number)

    def poll(self) -> int | None:
        """The worker's exit status, or minus the signal that ended it; None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the worker has ended, and return its status. Raises
        `subprocess.TimeoutExpired`.
        """
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0.0)
        return status

    def kill(self) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Have the worker killed, if it still runs, and reaped."""
        self._answers.close()

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            try:
                if select.select([self._answers], [], [], timeout)[0]:
                    # the message stays there for other threads, which may wait for it
                    status = self._answers.recv(64, socket.MSG_PEEK)
                    # The nursery is gone and cannot report the status: the worker was killed with
                    # its parent.
                    self.returncode = int(status) if status else -signal.SIGKILL
            except (OSError, ValueError):
                if self._answers.fileno() != -1:
                    raise
                self.returncode = -signal.SIGKILL  # another thread has had it killed meanwhile
        return self.returncode


class Nursery:
    """The nursery process. `requests` is the descriptor of the request socket, which forks of this
    process share.
    """

    def __init__(self, path: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the nursery, with `path` to import from."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-c",
                    _BOOT.format(path=list(path), requests=theirs.fileno()),
                ],
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
        """Ask for no more workers, and wait until the nursery has ended."""
        os.close(self.requests)
        self._process.wait()


def descriptor() -> int | None:
    """The descriptor of the request socket; None if workers start as new interpreters."""
    number = os.environ.get(VARIABLE, "")
    return int(number) if system.FORKS and number.isdigit() else None
