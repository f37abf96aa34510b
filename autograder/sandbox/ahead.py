"""Otter's kernel, begun before Otter asks Jupyter for it, as a fork of this process.

Jupyter would start an interpreter that imports once more what is imported here. The fork starts the submission's worker, imports the rest, and then
waits; `Provisioner`, which Jupyter finds by its entry point, hands it the connection file of the kernel that Jupyter wants started. Whatever else it is
asked to start, or when nothing waits, it starts as ever.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder import shortcuts
from autograder.sandbox import early
from autograder.sandbox.forked import POSSIBLE, Forked
from autograder.sandbox.host import Settings

NAME = "otter-arrays-ahead"

GROUP = "jupyter_client.kernel_provisioners"

VARIABLE = "JUPYTER_DEFAULT_PROVISIONER_NAME"
"""Names the provisioner of a kernel that asks for none."""

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
        if not sys.flags.safe_path:
            del sys.path[0]  # the folder that the parent was started in, or the one of its script: no place of modules
        early.start(settings)
        asyncio.set_event_loop(asyncio.new_event_loop())
        from ipykernel.kernelapp import IPKernelApp

        with os.fdopen(orders, encoding="utf-8") as pipe:
            order = pipe.read()
        if not order:
            early.discard()
            return
        order = json.loads(order)
        os.environ.clear()
        os.environ.update({**order["environment"], "IPYTHONDIR": str(ipython)})
        os.chdir(order["folder"])
        # It was imported before the variable that tells its parent was set.
        IPKernelApp.launch_instance(argv=[*order["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])


def begin(settings: Settings, ipython: Path) -> None:
    """Begin a kernel, where this process can be forked and Jupyter will ask for what waits."""
    found = entry_points(group=GROUP, name=NAME)
    if POSSIBLE and found and shortcuts.taken("ahead") and threading.active_count() == 1 and not KernelProvisionerFactory.initialized():
        _waiting.append(Kernel(settings, ipython))
        os.environ[VARIABLE] = NAME


def end() -> None:
    """Grading is over: nothing waits any more."""
    if os.environ.get(VARIABLE) == NAME:
        del os.environ[VARIABLE]
    while _waiting:
        _waiting.pop().forget()


class Provisioner(LocalProvisioner):
    """Starts kernels as Jupyter's own does, but for one that waits already."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        """Have the waiting kernel become what `cmd` would start."""
        if not _waiting or cmd[0] != sys.executable or tuple(cmd[1:3]) != _LAUNCHER:
            return await super().launch_kernel(cmd, **settings)
        kernel = _waiting.pop()
        self.process = kernel  # type: ignore[assignment]  # it has of Popen what is asked for
        self.pid = self.pgid = kernel.pid
        self.cwd = settings.get("cwd") or Path.cwd()
        kernel.become(cmd[3:], str(self.cwd), settings.get("env") or os.environ)
        return self.connection_info
