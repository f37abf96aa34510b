"""What Jupyter asks for Otter's kernel, which it finds by its entry point: one that is reached by sockets in a folder, and may wait already.

Jupyter numbers the TCP ports of a kernel by opening five of them, closing them, and leaving it to the kernel to open them again. Where several submissions
are graded at once another process may have one of them by then: the kernel dies, or another one's client talks to it until a minute is over.
A socket in a folder of its own is nobody else's.
"""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.sandbox import ahead

NAME = "otter-arrays"

GROUP = "jupyter_client.kernel_provisioners"

LONGEST = 100
"""Bytes of a socket's path; Linux takes 107, macOS 103."""

_begun: list[tuple[Path, str]] = []
"""The folder of the sockets, and the name of the provisioner that Jupyter asked before."""


def sockets_in(folder: Path) -> str | None:
    """What the paths of a kernel's sockets in `folder` begin with; None where there are none, or their paths would be too long."""
    prefix = str(folder.resolve() / "kernel")
    return prefix if os.name == "posix" and len(os.fsencode(f"{prefix}-1")) <= LONGEST else None


def installed() -> bool:
    """Whether Jupyter finds it; not if the package was only put on the path."""
    return bool(entry_points(group=GROUP, name=NAME))


def begin(folder: Path) -> None:
    """Have Jupyter ask here for a kernel that does not say whom to ask; its sockets are put into `folder`."""
    if installed():
        factory = KernelProvisionerFactory.instance()
        _begun.append((folder, factory.default_provisioner_name))
        factory.default_provisioner_name = NAME


def end() -> None:
    """Grading is over."""
    while _begun:
        _, KernelProvisionerFactory.instance().default_provisioner_name = _begun.pop()


class Provisioner(LocalProvisioner):
    """Starts kernels as Jupyter's own does, but for one that waits already; their sockets are in a folder."""

    async def pre_launch(self, **settings: Any) -> dict[str, Any]:
        """Choose the sockets before Jupyter chooses ports."""
        manager, prefix = self.parent, sockets_in(_begun[-1][0]) if _begun else None
        if manager is not None and manager.transport == "tcp" and prefix is not None:
            manager.transport, manager.ip, manager.cache_ports = "ipc", prefix, False
        return await super().pre_launch(**settings)

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        """Have the waiting kernel become what `cmd` would start."""
        kernel = ahead.taken(cmd)
        if kernel is None:
            return await super().launch_kernel(cmd, **settings)
        self.process = kernel  # type: ignore[assignment]  # it has of Popen what is asked for
        self.pid = self.pgid = kernel.pid
        self.cwd = settings.get("cwd") or Path.cwd()
        kernel.become(cmd[3:], str(self.cwd), settings.get("env") or os.environ)
        return self.connection_info
