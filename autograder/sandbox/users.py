"""Find a separate user for the worker, and end everything that runs as that user."""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from autograder.runtime import system
from autograder.sandbox.leftovers import remove_all_of

FIRST_UID, LAST_UID = 1_500_000_000, 1_900_000_000
"""The range from which the worker's user is drawn. No accounts are in it."""


def worker_uid() -> int | None:
    """A user for the worker alone; None if this process may not choose one, or if such a user could
    not start the interpreter.
    """
    if (
        not system.WALLS
        or not system.is_root()
        or not _reachable_by_others(
            [sys.executable, sys.prefix, sys.base_prefix, str(resources.files("autograder"))]
        )
    ):
        return None
    return FIRST_UID + secrets.randbelow(LAST_UID - FIRST_UID)


def _reachable_by_others(paths: Iterable[str]) -> bool:
    for name in paths:
        path = Path(os.path.realpath(name))
        if not all(parent.stat().st_mode & stat.S_IXOTH for parent in (path, *path.parents)):
            return False
    return True


def kill_all_of(uid: int) -> None:
    """Kill every process of `uid`, until none is left.

    The kill comes from a process that runs as `uid`, so that it cannot hit any other process.
    """
    # kill(-1) also succeeds if it reached no process, so this side checks whether one is left.
    code = "import os; os.kill(-1, 9)"
    for _ in range(50):
        if not processes_of(uid):
            return
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", code],
            check=False,
            user=uid,
            group=uid,
            extra_groups=[],
            stderr=subprocess.DEVNULL,
            cwd="/",
        )


def end_all_of(uid: int) -> None:
    """Kill every process of `uid`, and remove everything that it left behind."""
    kill_all_of(uid)
    remove_all_of(uid)


def processes_of(uid: int) -> list[int]:
    """The processes whose real user is `uid`, without zombies."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(
                line.split(":\t", 1)
                for line in status.read_text(encoding="utf-8", errors="replace").splitlines()
                if ":\t" in line
            )
        except (OSError, ValueError):
            continue
        if fields.get("Uid", "").split()[:1] == [str(uid)] and not fields.get(
            "State", ""
        ).startswith("Z"):
            found.append(int(status.parent.name))
    return found
