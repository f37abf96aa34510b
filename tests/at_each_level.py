"""A real worker at each level of isolation that this machine can provide: as a user of its own, as
the grader's own user who is root, and as an ordinary user; with and without Landlock.

If this is root with a closed home, a mount namespace that lets others pass through the home gives
the other users their interpreter. The namespace disappears with the process, and nothing on disk
changes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ORDINARY = 12345
"""The number of an ordinary user, who has no account."""

USERS = ("own", "same", "ordinary")

_OPENED = """
set -e
home=/mnt
mount -t tmpfs -o mode=755 none "$home"
for name in $(ls -A /root); do
  if [ -d "/root/$name" ]; then mkdir "$home/$name"; mount --bind "/root/$name" "$home/$name"; fi
done
mount --rbind "$home" /root
exec "$@"
"""

_RUN = """
import json, sys
from autograder.sandbox.endings import Died
from autograder.sandbox.host import Worker
from autograder.sandbox.own_process import protect_this_process
from autograder.sandbox.settings import Limits, Settings

asked = json.loads(sys.argv[1])
protect_this_process()
worker = Worker(Settings(
    hidden=asked["hidden"], level="best", leave_out=asked["leave_out"], own_user=asked["own"],
    limits=Limits(**asked["limits"]),
))
said = {"pid": worker._process.pid, "user": worker.started.user,
        "active": worker.started.active, "open": worker.started.open_holes}
try:
    for cell in asked["cells"]:
        said |= worker.ask({"do": "cell", "source": cell}, {}, 60).header
except Died as cause:
    said["died"] = str(cause)
print(json.dumps(said), flush=True)
sys.stdin.read()
worker.end()
"""


def command(user: str) -> list[str]:
    """The command prefix that starts a program as `user`; "same" is root if this is root. Skips the
    test if that is impossible.
    """
    if user == "same":
        return []
    if not _can_open():
        pytest.skip("needs root, and a mount namespace")
    opened = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _OPENED, "sh"]
    if user == "own":
        return opened
    return [*opened, "setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]


@cache
def _can_open() -> bool:
    return (
        os.geteuid() == 0
        and not subprocess.run(
            ["unshare", "--mount", "true"], check=False, stderr=subprocess.DEVNULL
        ).returncode
    )


def begin(
    user: str,
    *cells: str,
    leave_out: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    folder: Path | None = None,
    **limits: float,
) -> subprocess.Popen[str]:
    """Start a grader as `user` whose worker runs `cells`. It prints the results as JSON, and ends
    once its input is closed. Its temporary files are in `folder`.
    """
    asked = {
        "cells": cells,
        "leave_out": leave_out,
        "hidden": hidden,
        "own": user == "own",
        "limits": limits,
    }
    environment = {**os.environ, "HOME": "/", "JAX_PLATFORMS": "cpu"}
    if folder is not None:
        environment["TMPDIR"] = str(folder)
    return subprocess.Popen(
        [*command(user), sys.executable, "-I", "-c", _RUN, json.dumps(asked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def said(grader: subprocess.Popen[str]) -> dict[str, Any]:
    """What the worker of a grader said, while both still run."""
    assert grader.stdout is not None
    found: dict[str, Any] = json.loads(grader.stdout.readline())
    return found


def end(grader: subprocess.Popen[str]) -> None:
    grader.communicate()


def run(user: str, *cells: str, **settings: Any) -> dict[str, Any]:
    """The results of `cells` in a worker of a grader that runs as `user`."""
    grader = begin(user, *cells, **settings)
    try:
        return said(grader)
    finally:
        end(grader)
