"""A small process that ends another one when this one dies, however it dies.

The worker asks the kernel to kill it when its parent dies. Only Linux can do that, and a submission
can undo it where system calls are not filtered. The guard depends on neither: it waits at the end
of a pipe that closes with this process.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from autograder.runtime import processes, system
from autograder.sandbox.files import remove
from autograder.sandbox.users import end_all_of

_WAIT = 'read -r dismissed || exec "$@"'
"""A line means that all is well. A shell waits, because an interpreter would take ten times its
memory.
"""

_END = "import sys; sys.path.append({root!r}); from autograder.sandbox.guard import main; main()"

_WAIT_AND_END = f"import sys; sys.stdin.buffer.readline() and sys.exit(); {_END}"
"""For a system that may have no shell."""


class Guard:
    """Guard one process, which leads its own process group."""

    def __init__(self, process: int, uid: int | None, folder: Path) -> None:
        """Guard `process` until `dismiss`. If this process dies first, the guard kills `process`,
        its group, and every process of `uid`, and then removes `folder` and whatever else that user
        left.
        """
        self._waiting: subprocess.Popen[bytes] | None = None
        waits = system.TOOLS and ["/bin/sh", "-c", _WAIT, "otter-guard"]
        code = _END if waits else _WAIT_AND_END
        with contextlib.suppress(OSError):  # without a shell, there is one safeguard less
            self._waiting = subprocess.Popen(
                [
                    *(waits or []),
                    sys.executable,
                    "-I",
                    "-c",
                    code.format(root=str(Path(__file__).parents[2])),
                    str(process),
                    began(process),
                    "" if uid is None else str(uid),
                    str(folder),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.defpath, **system.needed_variables()},
                **system.new_session(),  # keep an interrupt from the terminal away from it
            )

    def dismiss(self) -> None:
        """End the guard, because the process has ended. A second call does nothing."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            with contextlib.suppress(OSError):
                waiting.communicate(b"\n")


def began(process: int) -> str:
    """When a process began, as the system tells it; "" if it cannot say. Process numbers are
    reused, and this tells two processes apart.
    """
    if not system.LINUX:
        return processes.began(process)
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return status.rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def main() -> None:
    """Do what the arguments of `Guard` ask for."""
    process, when, uid, folder = sys.argv[1:]
    if began(int(process)) == when:
        system.end_group(int(process))
        with contextlib.suppress(OSError):
            system.end_process(int(process))
    if uid:
        end_all_of(int(uid))
    remove(Path(folder))
