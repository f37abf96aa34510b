"""Otter's log server: while it runs a notebook, a thread of its command listens to the log of the notebook's kernel.

Told to end, it looks whether it shall once a second, or when somebody calls; and the command waits for it. So somebody calls.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import socket
import subprocess
import sys
from logging.handlers import SocketHandler

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
    """Host and port to which Otter has this kernel send its log; None outside of a kernel that Otter's command started."""
    logging = sys.modules.get("otter.logging")
    for handler in reversed(getattr(logging, "_handlers", [])):
        if isinstance(handler, SocketHandler) and handler.port is not None:
            return handler.host, handler.port
    return None


def wake(host: str, port: int) -> None:
    """Call it."""
    with contextlib.suppress(OSError):
        socket.create_connection((host, port), timeout=1).close()


@functools.cache
def wake_after_this_process() -> None:
    """In the kernel of `otter check`, after which nothing of ours runs any more: have it called once this process has ended."""
    server = address()
    if server is not None:
        atexit.register(_leave_a_caller, *server)


def _leave_a_caller(host: str, port: int) -> None:
    with contextlib.suppress(OSError):
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _CALL_UNTIL_IT_ENDS, host, str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
