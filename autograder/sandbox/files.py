"""Handle the files of a submission: move the files that it brings out of the grader's way, and
watch and remove those that it writes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from autograder.runtime import system
from autograder.runtime.file_names import possible

MAX_FILE = 50 * 2**20
MAX_TOTAL = 200 * 2**20
MAX_FILES = 2000
MAX_DEPTH = 20

MAX_SCRATCH = 512 * 2**20
MAX_SCRATCH_FILES = 20_000
MAX_SCRATCH_DEPTH = 100
"""Bytes, entries, and folders within each other that a submission may leave in its scratch folder
before it is ended.
"""

SHOWN = 60
"""At most this many characters of a submitted file's name are repeated."""


def lay_out(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write `contents`, by relative path, below a folder, under names that are possible here.
    Raises `OSError`, also if two names mean the same file here.
    """
    for name, content in contents.items():
        path = folder.joinpath(*map(possible, PurePosixPath(name).parts))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)


def take_files(
    folder: Path, holding: Path, keep: Collection[str], leave_out: Collection[str]
) -> list[str]:
    """Move the regular files below `folder` to the same paths below `holding`, and remove
    everything else in `folder`.

    Entries of `folder` named in `keep` stay where they are. Files whose path below `folder` is in
    `leave_out` are removed. Links, FIFOs, devices and sockets are never opened. Returns a sentence
    for each file or folder that was not moved.
    """
    left: list[str] = []
    total = count = 0
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        if name in keep:
            continue
        path = folder / name
        for file in _below(path):
            place = file.relative_to(folder)
            status = file.lstat()
            if place.as_posix() in leave_out:
                continue
            if stat.S_ISDIR(status.st_mode):
                left.append(
                    f"{printable(str(place))} is a folder nested more than {MAX_DEPTH} deep"
                )
            elif not stat.S_ISREG(status.st_mode):
                left.append(f"{printable(str(place))} is not a plain file")
            elif (
                status.st_size > MAX_FILE
                or total + status.st_size > MAX_TOTAL
                or count >= MAX_FILES
            ):
                left.append(
                    f"{printable(str(place))} exceeds the limits on files beside a notebook"
                )
            else:
                total, count = total + status.st_size, count + 1
                target = holding / place
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target, follow_symlinks=False)
        remove(path)
    return left


def close_to_others(*folders: Path) -> None:
    """Allow only the owner to enter these folders."""
    for folder in folders:
        folder.chmod(0o700)


def forbid_others(*files: Path) -> None:
    """Take all rights on these files from users who are neither their owner nor in their group.
    What cannot be changed stays as it is, and the probe of a worker then finds it.
    """
    for file in files:
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & stat.S_IRWXO:
                file.chmod(mode & ~stat.S_IRWXO)


def make_reachable(path: Path) -> None:
    """Let other users pass through (not list) every folder above `path`. This is for a grading
    container, where the interpreter may be below /root.
    """
    for parent in Path(os.path.realpath(path)).parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(stat.S_IMODE(mode) | stat.S_IXOTH | stat.S_IXGRP)


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder of any depth, without following links."""
    # `os.path.isdir` returns False, and does not raise, if it may not look.
    if path.is_symlink() or not os.path.isdir(path):  # noqa: PTH112
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        return
    if not system.TOOLS:
        _remove_folder(path)
        return
    # Python's own recursion fails on folders as deep as a submission can make them.
    remove = ["rm", "-rf", "--", str(path)]
    subprocess.run(remove, check=False, stderr=subprocess.DEVNULL)
    if path.is_dir() and not path.is_symlink():
        # Only root can remove the contents of a folder that its owner has closed.
        subprocess.run(
            ["chmod", "-R", "u+rwx", "--", str(path)], check=False, stderr=subprocess.DEVNULL
        )
        subprocess.run(remove, check=False, stderr=subprocess.DEVNULL)


def _remove_folder(path: Path) -> None:
    """Remove a folder with Python alone. A process that has just been killed may still hold it."""
    for _ in range(10):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        with contextlib.suppress(OSError):
            for file in path.rglob("*"):
                with contextlib.suppress(OSError):
                    file.chmod(stat.S_IWRITE | stat.S_IREAD | stat.S_IEXEC)
        time.sleep(0.1)


def too_much_in(folder: Path, beside: int = 0) -> str | None:
    """How a folder, together with `beside` bytes elsewhere, exceeds the limits. The words continue
    a sentence about the submission, which may change the folder during the check.
    """
    total, count = beside, 0
    try:
        for depth, sizes, folders in system.sizes_below(folder):
            count += len(sizes) + folders
            total += sum(sizes)
            if total > MAX_SCRATCH or count > MAX_SCRATCH_FILES:
                size = f"{MAX_SCRATCH // 2**20} MB or {MAX_SCRATCH_FILES} files"
                return f"left more than {size} in its folder"
            if depth > MAX_SCRATCH_DEPTH:
                return f"left more than {MAX_SCRATCH_DEPTH} folders within each other"
    except OSError:
        return None  # the folder is being removed
    return None


def printable(name: str) -> str:
    """A submitted name that is safe to repeat: short, on one line, without characters that HTML or
    Markdown interpret.
    """
    safe = "".join(sign if sign.isalnum() or sign in " ._-/()" else "?" for sign in name)
    return safe if len(safe) <= SHOWN else safe[: SHOWN - 1] + "…"


def _below(top: Path) -> list[Path]:
    """The files below a folder down to `MAX_DEPTH`, and the folders that are deeper; `top` itself
    if it is not a folder.
    """
    found: list[Path] = []
    waiting = [(top, 0)]
    while waiting:
        path, depth = waiting.pop()
        if path.is_symlink() or not path.is_dir():
            found.append(path)
        elif depth < MAX_DEPTH:
            waiting += [(Path(entry.path), depth + 1) for entry in os.scandir(path)]
        else:
            found.append(path)
        if len(found) > 10 * MAX_FILES:
            break
    return sorted(found)
