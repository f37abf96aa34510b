"""Do not start programs during grading: Python's ways of starting one behave as if the program had
failed, without raising.

So `subprocess.run` returns a status, `check=True` raises `CalledProcessError`, and the output is
empty.
"""

from __future__ import annotations

import inspect
import io
import os
import subprocess
from collections.abc import Callable
from typing import Any

NOT_FOUND = 127
"""The exit status of a shell that cannot find a program."""

_NO_PROCESS = 2**22 + 1
"""A number that no Linux process has."""


def fail_to_start(tell: Callable[[str], object]) -> None:
    """Make every program that this process starts fail from now on. `tell` is called with the
    command.
    """

    class Failed(subprocess.Popen):  # type: ignore[type-arg]
        """A program that has already ended, with no output."""

        def __init__(
            self,
            args: Any,
            bufsize: int = -1,
            executable: Any = None,
            stdin: Any = None,
            stdout: Any = None,
            stderr: Any = None,
            *_: Any,
            universal_newlines: bool | None = None,
            encoding: str | None = None,
            errors: str | None = None,
            text: bool | None = None,
            **__: Any,
        ) -> None:
            self.args, self.pid, self.returncode = args, _NO_PROCESS, NOT_FOUND
            self.text_mode = text or universal_newlines or encoding or errors
            kind: Callable[[], Any] = io.StringIO if self.text_mode else io.BytesIO
            self.stdin, self.stdout, self.stderr = (
                kind() if each == subprocess.PIPE else None for each in (stdin, stdout, stderr)
            )
            if _asked_by_a_cell():
                tell(
                    args
                    if isinstance(args, str)
                    else os.fsdecode(args)
                    if isinstance(args, bytes | os.PathLike)
                    else " ".join(map(str, args))
                )

        # Popen names the parameter so.
        def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]:  # noqa: A002
            return tuple(
                None if each is None else each.read() for each in (self.stdout, self.stderr)
            )  # type: ignore[return-value]

        def poll(self) -> int:
            return NOT_FOUND

        def wait(self, timeout: float | None = None) -> int:
            return NOT_FOUND

        def send_signal(self, sig: int) -> None:
            """Do nothing: the program has ended."""

    def system(command: str) -> int:
        tell(os.fsdecode(command))
        return NOT_FOUND << 8

    def popen(cmd: str, mode: str = "r", buffering: int = -1) -> Any:
        tell(cmd)
        return _NoOutput()

    subprocess.Popen = Failed  # type: ignore[misc]
    os.system, os.popen = system, popen  # type: ignore[assignment]


def _asked_by_a_cell() -> bool:
    """Whether a cell itself started the program. Libraries try programs too and manage without
    them, which deserves no message.
    """
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename in (__file__, subprocess.__file__):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith("<ipython-input")


class _NoOutput(io.StringIO):
    """The output of a program that was not started."""

    def close(self) -> int:  # type: ignore[override]  # as what `os.popen` returns
        super().close()
        return NOT_FOUND << 8
