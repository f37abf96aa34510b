"""Otter's kernel, begun before Otter asks Jupyter for it, as a fork of this process.

Jupyter would start an interpreter that imports once more what is imported here. The fork starts the submission's worker, imports the rest, and then
waits; `autograder.grading.provisioner` hands it the connection file of the kernel that Jupyter wants started.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.runtime import switches
from autograder.runtime.fork import POSSIBLE, Forked
from autograder.sandbox import prestart
from autograder.sandbox.settings import Settings

PROCESS = "otter-kernel"
"""What the system calls the process."""

_LAUNCHER = ("-m", "ipykernel_launcher")

_waiting: list[Kernel] = []


class Kernel(Forked):
    """A process that becomes an IPython kernel when it is told how."""

    def __init__(self, settings: Settings, ipython: Path) -> None:
        """`settings` are the worker's; `ipython` the folder in which IPython looks for a profile, instead of the user's own."""
        orders, self._orders = os.pipe()
        super().__init__(lambda: self._wait(orders, settings, ipython), PROCESS)
        os.close(orders)

    def become(self, arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> None:
        """Be the kernel that these arguments of `ipykernel_launcher` ask for."""
        order = {"arguments": list(arguments), "folder": folder, "environment": dict(environment)}
        with os.fdopen(self._orders, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(order))

    def forget(self) -> None:
        """It is not needed: end it."""
        os.close(self._orders)
        self.wait()

    def _wait(self, orders: int, settings: Settings, ipython: Path) -> None:
        os.close(self._orders)
        prestart.start(settings)
        asyncio.set_event_loop(asyncio.new_event_loop())
        from autograder.grading.application import Application

        with os.fdopen(orders, encoding="utf-8") as pipe:
            order = pipe.read()
        if not order:
            prestart.discard()
            return
        order = json.loads(order)
        os.environ.clear()
        os.environ.update({**order["environment"], "IPYTHONDIR": str(ipython)})
        os.chdir(order["folder"])
        # It was imported before the variable that tells its parent was set.
        Application.launch_instance(argv=[*order["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])


def begin(settings: Settings, ipython: Path) -> None:
    """Begin a kernel, where this process can be forked: it must have no other threads."""
    if POSSIBLE and switches.enabled("ahead") and threading.active_count() == 1:
        _waiting.append(Kernel(settings, ipython))


def take(command: Sequence[str]) -> Kernel | None:
    """The kernel that waits, if `command` would start one like it: it is to `become` that. None otherwise."""
    return _waiting.pop() if _waiting and command[0] == sys.executable and tuple(command[1:3]) == _LAUNCHER else None


def end() -> None:
    """Grading is over: nothing waits any more."""
    while _waiting:
        _waiting.pop().forget()
