"""The process that `autograder.sandbox.nursery` starts. It imports JAX and Flax, computes nothing,
and forks a worker for each request.

It holds nothing that a submission must not see.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import selectors
import signal
import socket
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.runtime.linux import PR_SET_DUMPABLE, PR_SET_NAME, prctl
from autograder.sandbox.confined import needed, worker
from autograder.sandbox.confined.confine import hide_from_same_user

MAX_REQUEST = 65536
"""The largest size of one request, in bytes."""

_PROCESS = b"otter-worker"


@dataclass(frozen=True)
class _Forked:
    number: int
    end: int
    """A descriptor that becomes readable once the process has ended."""
    answers: socket.socket


def main(requests: int) -> None:
    """Fork workers until no process is left that could ask for one."""
    hide_from_same_user()
    needed.load()
    asked = socket.socket(fileno=requests)
    waiting = selectors.DefaultSelector()
    waiting.register(asked, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is asked:
                message, descriptors, _, _ = socket.recv_fds(asked, MAX_REQUEST, 3)
                if not message:
                    return
                child = _fork(json.loads(message), *descriptors)
                waiting.register(child.end, selectors.EVENT_READ, child)
                waiting.register(child.answers, selectors.EVENT_READ, child)
            elif key.fileobj == key.data.end:
                _tell(key.data)
                waiting.unregister(key.data.end)
            else:  # the process that asked has closed it or died
                with contextlib.suppress(KeyError):
                    waiting.unregister(key.data.end)
                waiting.unregister(key.data.answers)
                _forget(key.data)


def _fork(environment: Mapping[str, str], read: int, write: int, answers: int) -> _Forked:
    with warnings.catch_warnings():
        # JAX warns about every fork, but means forks after it has started threads
        warnings.simplefilter("ignore")
        number = os.fork()
    if number == 0:
        _be_worker(environment, read, write)
    os.close(read)
    os.close(write)
    child = _Forked(number, os.pidfd_open(number), socket.socket(fileno=answers))
    with contextlib.suppress(OSError):
        child.answers.send(str(number).encode())
    return child


def _be_worker(environment: Mapping[str, str], read: int, write: int) -> None:
    try:
        os.setsid()
        prctl(PR_SET_NAME, ctypes.c_char_p(_PROCESS))
        prctl(PR_SET_DUMPABLE, 1)  # as in a newly started process
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
            if int(name) > 2 and int(name) not in (read, write):
                # the descriptor of the listing itself is already closed
                with contextlib.suppress(OSError):
                    os.close(int(name))
        os.environ.clear()
        os.environ.update(environment)
        # otherwise all workers would draw the same numbers; Python reseeds its own generator after
        # a fork
        np.random.seed()
        worker.serve(read, write)
    finally:
        os._exit(1)


def _tell(child: _Forked) -> None:
    """Report how the worker ended, without reaping it, so that its number stays in use."""
    ended = os.waitid(os.P_PID, child.number, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
    with contextlib.suppress(OSError):
        child.answers.send(str(status).encode())


def _forget(child: _Forked) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            kill(child.number, signal.SIGKILL)
    os.waitpid(child.number, 0)
    os.close(child.end)
    child.answers.close()
