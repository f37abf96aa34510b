"""A small process that ends another one when this one dies, however it dies.

The worker asks the kernel to be killed at its parent's death, which only Linux can do, and which a
submission may take back where there is no filter of system calls. The guard rests on neither: it
waits at the end of a pipe that closes with this process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from autograder.sandbox.files import remove
from autograder.sandbox.users import end_all_of

_WAIT = 'read -r dismissed || exec "$@"'
"""A line means that all is well. A shell waits, since an interpreter would take ten times its
memory."""

_END = "import sys; sys.path.append({root!r}); from autograder.sandbox.guard import main; main()"


class Guard:
    """Guards one process, which leads its own process group."""

    def __init__(self, process: int, uid: int | None, folder: Path) -> None:
        """Guard `process` until `dismiss`. If this process dies before, `process` and its group are
        killed, and every process of `uid`; then `folder` and what else that user left are removed.
        """
        self._waiting: subprocess.Popen[bytes] | None = None
        if os.name != "posix":
            return
        with contextlib.suppress(OSError):  # without a shell there is one means less
            self._waiting = subprocess.Popen(
                [
                    "/bin/sh",
                    "-c",
                    _WAIT,
                    "otter-guard",
                    sys.executable,
                    "-I",
                    "-c",
                    _END.format(root=str(Path(__file__).parents[2])),
                    str(process),
                    began(process),
                    "" if uid is None else str(uid),
                    str(folder),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.defpath},
                start_new_session=True,  # an interrupt from the terminal is not for it
            )

    def dismiss(self) -> None:
        """End the guard: the process has ended. A second call does nothing."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            with contextlib.suppress(OSError):
                waiting.communicate(b"\n")


def began(process: int) -> str:
    """When a process began, as the system tells it; "" if it cannot say. Numbers of processes are
    given anew, and this tells two apart.
    """
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def main() -> None:
    """Do what the arguments of `Guard` ask for."""
    process, when, uid, folder = sys.argv[1:]
    if began(int(process)) == when:
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(int(process), signal.SIGKILL)
    if uid:
        end_all_of(int(uid))
    remove(Path(folder))
