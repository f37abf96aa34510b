"""Otter's log server gets a call when it has been told to end, and nothing stays behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import psutil
import pytest

from autograder.runtime import log_server

KERNEL = """\
import sys
from otter import logging
from autograder.runtime import log_server
assert log_server.address() is None
logging.send_logs(sys.argv[1], int(sys.argv[2]))
assert log_server.address() == (sys.argv[1], int(sys.argv[2]))
log_server.wake_after_this_process()
log_server.wake_after_this_process()
"""

SERVER = """\
import select, threading
wait = select.select
# It would look by itself after a second.
select.select = lambda reading, writing, failing, seconds: wait(reading, writing, failing)
from otter.execute.logging import start_server
from autograder.runtime import log_server
before = set(threading.enumerate())
(host, port), stop = start_server()
(server,) = set(threading.enumerate()) - before
print(server.is_alive())
stop()
server.join(2)
print(server.is_alive())
log_server.wake(host, port)
server.join(60)
print(server.is_alive())
"""


def test_outside_of_otters_kernel_there_is_none() -> None:
    assert log_server.address() is None


def test_a_call_ends_a_server_that_is_told_to_end() -> None:
    # In a separate process, because Otter never closes its sockets.
    assert (
        subprocess.run(
            [sys.executable, "-c", SERVER], check=True, capture_output=True, text=True, timeout=120
        ).stdout
        == "True\nTrue\nFalse\n"
    )


def test_from_python_3_12_on_a_kernel_leaves_no_caller() -> None:
    """Otter's server cannot answer there while its process ends, and prints an error."""
    newer = KERNEL.replace("log_server.wake", "sys.version_info = (3, 12)\nlog_server.wake", 1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        subprocess.run([sys.executable, "-c", newer, host, str(port)], check=True)
        listening.settimeout(1)
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="none is left there")
def test_a_kernel_leaves_a_caller_who_leaves_when_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        subprocess.run([sys.executable, "-c", KERNEL, host, str(port)], check=True)
        listening.settimeout(60)
        listening.accept()[0].close()
    until = time.monotonic() + 60
    while any(
        str(port) in process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if process.info["cmdline"]
    ):
        assert time.monotonic() < until
        time.sleep(0.05)
