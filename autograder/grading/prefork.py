"""Start Otter's kernel as a fork of this process, before Otter asks Jupyter for it.

Jupyter would start an interpreter that imports everything again. The fork starts the submission's
worker, imports the rest, and waits. `autograder.grading.provisioner` then gives it the arguments of
the kernel that Jupyter wants to start.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.runtime import switches, system
from autograder.runtime.fork import Forked
from autograder.sandbox import prestart
from autograder.sandbox.settings import Settings

PROCESS = "otter-kernel"
"""The name of the process, as the system shows it."""

_LAUNCHER = ("-m", "ipykernel_launcher")

_waiting: list[Kernel] = []


class Kernel(Forked):
    """A process that becomes an IPython kernel on request."""

    def __init__(self, settings: Settings, ipython: Path) -> None:
        """Fork. `settings` are for the worker. `ipython` is the folder in which IPython looks for a
        profile, instead of the user's own.
        """
        orders, self._orders = os.pipe()
        super().__init__(lambda: self._wait(orders, settings, ipython), PROCESS)
        os.close(orders)

    def become(self, arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> None:
        """Become the kernel that these arguments of `ipykernel_launcher` describe, in `folder` and
        with `environment`.
        """
        order = {"arguments": list(arguments), "folder": folder, "environment": dict(environment)}
        with os.fdopen(self._orders, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(order))

    def forget(self) -> None:
        """End the process, because it is not needed."""
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
        # ipykernel was imported before the variable that names its parent was set.
        Application.launch_instance(
            argv=[
                *order["arguments"],
                f"--IPKernelApp.parent_handle={os.getppid()}",
                "--InteractiveShellApp.ignore_cwd=True",
            ]
        )


def begin(settings: Settings, ipython: Path) -> None:
    """Start a kernel if this process can fork, which requires that it has no other threads."""
    if system.FORKS and switches.is_enabled("ahead") and threading.active_count() == 1:
        _waiting.append(Kernel(settings, ipython))


def take(command: Sequence[str]) -> Kernel | None:
    """The waiting kernel, if `command` would start such a kernel; otherwise None. The caller must
    make it `become` that kernel.
    """
    return (
        _waiting.pop()
        if _waiting and command[0] == sys.executable and tuple(command[1:3]) == _LAUNCHER
        else None
    )


def end() -> None:
    """End the kernel if it still waits. Call this after grading."""
    while _waiting:
        _waiting.pop().forget()
