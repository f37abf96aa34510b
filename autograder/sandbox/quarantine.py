"""Take what a submission brought along out of the grader's way, before anything of the grader looks at it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection
from pathlib import Path

MAX_FILE = 50 * 2**20
MAX_TOTAL = 200 * 2**20
MAX_FILES = 2000


def take_files(folder: Path, holding: Path, keep: Collection[str], leave_out: Collection[str]) -> list[str]:
    """Move the regular files below `folder` to the same places below `holding`; remove everything else that is in `folder`.

    Entries of `folder` named in `keep` stay where they are; those in `leave_out` are removed. Links, FIFOs, devices and sockets are never
    opened. Returns a sentence for each thing that was not taken.
    """
    left: list[str] = []
    total = count = 0
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        if name in keep:
            continue
        path = folder / name
        if name not in leave_out:
            for file in _below(path):
                place = file.relative_to(folder)
                status = file.lstat()
                if not stat.S_ISREG(status.st_mode):
                    left.append(f"{place} is not a plain file")
                elif status.st_size > MAX_FILE or total + status.st_size > MAX_TOTAL or count >= MAX_FILES:
                    left.append(f"{place} is over the limits on files beside a notebook")
                else:
                    total, count = total + status.st_size, count + 1
                    target = holding / place
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, target, follow_symlinks=False)
        _remove(path)
    return left


def close_to_others(*folders: Path) -> None:
    """Nobody but their owner may enter these folders."""
    for folder in folders:
        folder.chmod(0o700)


def make_reachable(path: Path) -> None:
    """Let others pass through (not list) every folder above `path`. For a grading container, where the interpreter may lie below /root."""
    for parent in Path(os.path.realpath(path)).parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH | stat.S_IXGRP)


def _below(path: Path) -> list[Path]:
    if path.is_symlink() or not path.is_dir():
        return [path]
    return [
        Path(parent, name)
        for parent, folders, names in os.walk(path)
        for name in (*names, *(name for name in folders if Path(parent, name).is_symlink()))
    ]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
