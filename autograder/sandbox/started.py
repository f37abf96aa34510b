"""Start the process of a submission: fork it from a waiting process if there is one, or else start
a new interpreter.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.runtime import system
from autograder.sandbox import nursery, surroundings
from autograder.sandbox.settings import Settings
from autograder.sandbox.watchers import Process
from autograder.sandbox.wire import Pipe

_BOOT = (
    surroundings.BOOT + "from autograder.sandbox.confined.worker import main; main({read}, {write})"
)

_BOOT_BY_STREAMS = (
    surroundings.BOOT + "from autograder.sandbox.ends import over_streams; "
    "pipe = over_streams(); from autograder.sandbox.confined.worker import main; main(*pipe)"
)


def start(settings: Settings, scratch: Path) -> tuple[Process, Pipe]:
    """Start a worker with `scratch` as its folder, and return the process and the pipe to it."""
    environment = surroundings.variables(str(scratch), settings.without)
    path = surroundings.import_path(settings.hidden)
    if not system.HANDS_ON_PIPES:
        streams = _interpreter(_BOOT_BY_STREAMS.format(path=path), environment, subprocess.PIPE)
        assert streams.stdin is not None
        assert streams.stdout is not None
        pipe = Pipe(os.dup(streams.stdout.fileno()), os.dup(streams.stdin.fileno()))
        streams.stdin.close()
        streams.stdout.close()
        return streams, pipe
    read_answers, write_answers = os.pipe()
    read_requests, write_requests = os.pipe()
    process: Process = _fork(settings, environment, read_requests, write_answers) or _interpreter(
        _BOOT.format(path=path, read=read_requests, write=write_answers),
        environment,
        subprocess.DEVNULL,
        pass_fds=(read_requests, write_answers),
    )
    os.close(read_requests)
    os.close(write_answers)
    return process, Pipe(read_answers, write_requests)


def _interpreter(
    code: str, environment: dict[str, str], streams: int, **more: Any
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", code],
        stdin=streams,
        stdout=streams,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        **system.new_session(),
        **more,
    )


def _fork(
    settings: Settings, environment: dict[str, str], read: int, write: int
) -> nursery.Child | None:
    """The worker as a fork of a process that has imported JAX; None if there is no such process."""
    requests = settings.from_nursery()
    if requests is not None:
        with contextlib.suppress(OSError):
            return nursery.Child(requests, (read, write), environment)
    return None
