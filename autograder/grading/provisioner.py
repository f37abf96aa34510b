"""Jupyter's provisioner for Otter's kernel, found by its entry point. It connects through sockets
in a folder, and may use a waiting kernel.

Jupyter chooses the TCP ports of a kernel by opening five of them, closing them, and leaving it to
the kernel to open them again. If several submissions are graded at once, another process may have
taken one of them by then. The kernel then dies, or another kernel's client talks to it until a
minute has passed. A socket in a private folder belongs to one kernel only.

The provisioner also avoids fixed waits. Jupyter's own client repeats its request 0.1 to 0.2 s after
one to a kernel that did not listen yet, listens for another 0.2 s once the kernel has answered, and
checks ten times a second whether it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client import protocol_version_info  # type: ignore[attr-defined]
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.grading import prefork
from autograder.runtime import system
from autograder.runtime.tied import tie

NAME = "otter-arrays"

PATIENCE = 2.0
"""The seconds that a kernel gets to listen, and to end, before Jupyter's own ways apply."""

SOON = 0.003
"""The seconds between two checks."""


@dataclass
class _Process:
    """The state of this process: Jupyter's factory, whether no kernel has been asked for yet, and
    for each grading its folder and the earlier default provisioner.
    """

    factory: KernelProvisionerFactory
    untouched: bool
    begun: list[tuple[Path, str]] = field(default_factory=list)


@functools.cache
def prepare() -> _Process:
    """Make Jupyter search for provisioners, which takes a while. Forks of this process need not
    search again.
    """
    untouched = not KernelProvisionerFactory.initialized()
    return _Process(KernelProvisionerFactory.instance(), untouched)


def environment() -> dict[str, str]:
    """Variables that make a new process use this provisioner for every kernel that it starts, so
    that no kernel outlives it; none if this package is on the path but not installed.
    """
    if not entry_points(group="jupyter_client.kernel_provisioners", name=NAME):
        return {}
    return {"JUPYTER_DEFAULT_PROVISIONER_NAME": NAME}


def sockets_in(folder: Path) -> str | None:
    """The prefix of the paths of a kernel's sockets in `folder`; None if the path is too long, or
    if the file system has no sockets.
    """
    prefix = str(folder.resolve() / "kernel")
    return prefix if system.listens_at(f"{prefix}-0") else None


def begin(folder: Path) -> bool:
    """Make this the default provisioner, with a kernel's sockets in `folder`.

    Returns whether Jupyter will use it, and use it for the first kernel of this process: then the
    process may be forked.
    """
    process = prepare()
    if NAME not in process.factory.provisioners:  # the package is on the path, but not installed
        return False
    process.begun.append((folder, process.factory.default_provisioner_name))
    process.factory.default_provisioner_name = NAME
    first, process.untouched = process.untouched, False
    return first


def end() -> None:
    """Restore the earlier default provisioners. Call this after grading."""
    process = prepare()
    while process.begun:
        _, process.factory.default_provisioner_name = process.begun.pop()


class Client(AsyncKernelClient):
    """Jupyter's client, ready as soon as the kernel has answered."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers on the two channels that matter. Raises `RuntimeError` if
        it dies, or after `timeout` seconds.

        Earlier messages of the kernel stay unread, because a client that executes a notebook reads
        only the answers to its own requests.
        """
        until = time.monotonic() + (math.inf if timeout is None else timeout)
        while time.monotonic() < until:
            self.kernel_info()
            with contextlib.suppress(Empty):
                reply = await self.get_shell_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.get_iopub_msg(timeout=0.2)
                    spoken = int(reply["content"]["protocol_version"].split(".")[0])
                    if spoken != protocol_version_info[0]:
                        self.session.adapt_version = spoken
                    return
            if not await self.is_alive():
                raise RuntimeError("the kernel died before it answered")
        raise RuntimeError(f"the kernel did not answer in {timeout:g} seconds")


class Provisioner(LocalProvisioner):
    """Start kernels like Jupyter's own provisioner, except for one that already waits. Their
    sockets are in a folder.
    """

    async def pre_launch(self, **settings: Any) -> dict[str, Any]:
        """Choose the sockets before Jupyter chooses ports."""
        manager, begun = self.parent, prepare().begun
        prefix = sockets_in(begun[-1][0]) if begun else None
        if manager is not None and manager.transport == "tcp" and prefix is not None:
            manager.transport, manager.ip, manager.cache_ports = "ipc", prefix, False
            if manager.client_factory is AsyncKernelClient:
                manager.client_factory = Client
        return await super().pre_launch(**settings)

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        """Make the waiting kernel become the one that `cmd` would start, and wait until it
        listens.
        """
        kernel = prefork.take(cmd)
        if kernel is None:
            found = await super().launch_kernel(tie(cmd), **settings)
        else:
            self.process = kernel  # type: ignore[assignment]  # it has of Popen what is asked for
            self.pid = self.pgid = kernel.pid
            self.cwd = settings.get("cwd") or Path.cwd()
            kernel.become(cmd[3:], str(self.cwd), settings.get("env") or os.environ)
            found = self.connection_info
        if found.get("transport") == "ipc":
            sockets = [
                Path(f"{found['ip']}-{number}")
                for name, number in found.items()
                if name.endswith("_port")
            ]
            await self._until(lambda: all(path.exists() for path in sockets))
        return found

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait until the kernel, which was asked to end, has ended."""
        await self._until(lambda: False)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds, the process has ended, or `PATIENCE` seconds have
        passed.
        """
        until = time.monotonic() + PATIENCE
        while not condition() and await self.poll() is None and time.monotonic() < until:
            await asyncio.sleep(SOON)
