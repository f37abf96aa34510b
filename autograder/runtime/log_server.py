"""Wake Otter's log server, so that Otter's command ends without a wait.

While Otter runs a notebook, a thread of its command listens to the log of the notebook's kernel.
The thread notices a request to stop only once a second, or when a client connects, and the command
waits for the thread. So this module connects as a client.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import socket
import subprocess
import sys
from logging.handlers import SocketHandler

from autograder.runtime import system

_CALL_UNTIL_IT_ENDS = """\
import socket, sys, time
until = time.monotonic() + 2
while time.monotonic() < until:
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1).close()
    except OSError:
        break
    time.sleep(0.05)
"""


def address() -> tuple[str, int] | None:
    """The host and port to which Otter makes this kernel send its log. None outside a kernel that
    Otter's command started.
    """
    # Whatever Otter sends its log to is a handler of each of its loggers.
    logger = getattr(sys.modules.get("otter.logging"), "get_logger", None)
    for handler in reversed([] if logger is None else logger(__name__).handlers):
        if isinstance(handler, SocketHandler) and handler.port is not None:
            return handler.host, handler.port
    return None


def wake(host: str, port: int) -> None:
    """Connect to the log server once."""
    with contextlib.suppress(OSError):
        socket.create_connection((host, port), timeout=1).close()


@functools.cache
def wake_after_this_process() -> None:
    """Make a new process wake the log server once this process has ended. It is for the kernel of
    `otter check`, after which none of our code runs.
    """
    server = address()
    # From Python 3.12 on, a server that gets a call while its process ends prints an error.
    if server is not None and sys.version_info < (3, 12):
        atexit.register(_leave_a_caller, *server)


def _leave_a_caller(host: str, port: int) -> None:
    with contextlib.suppress(OSError):
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _CALL_UNTIL_IT_ENDS, host, str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **system.new_session(),
        )
