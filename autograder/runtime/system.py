"""What this process's system has: Linux, macOS or Windows. Every other module asks here, except
those that only Linux runs.

On Linux the standard library is enough. Elsewhere `psutil` is needed, too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LINUX: bool = sys.platform == "linux"

WINDOWS: bool = sys.platform == "win32"

NAME = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)

FORKS = LINUX
"""Whether a process may fork after it has used the system's own libraries. Elsewhere the fork may
crash.
"""

WALLS = LINUX
"""Whether any layer keeps a process from what its user may do."""

HANDS_ON_PIPES = not WINDOWS
"""Whether a process can get pipes besides its standard streams, and `select` can wait for them."""

TOOLS = not WINDOWS
"""Whether the system has a shell, `rm` and `chmod`."""

NO_WALLS = (
    f"On {NAME} nothing keeps a submission from your files and your network. Grade answers that "
    "you do not trust on Linux, in WSL, or in a container."
)
"""The sentence that a person reads once where there are no `WALLS`."""

ALARM: int | None = getattr(signal, "SIGALRM", None)
"""The signal of `set_alarm`, or None where there is none."""

UTF8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
"""Variables that make another Python process read and write UTF-8, whatever the console uses."""

_CRASHES = {
    0xC0000005: "SIGSEGV",
    0xC00000FD: "SIGSEGV",  # the stack is full
    0xC000001D: "SIGILL",
    0xC0000094: "SIGFPE",
    0xC0000409: "SIGABRT",
}
"""The exit statuses of crashes on Windows, with the signal that other systems send."""

_NEEDED = (
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS"),
    *("PROCESSOR_ARCHITECTURE", "PROCESSOR_ARCHITEW6432", "PROCESSOR_IDENTIFIER"),
)


def is_root() -> bool:
    """Whether this process may choose its user."""
    return sys.platform != "win32" and os.geteuid() == 0


def give(path: Path, uid: int) -> None:
    """Make `uid` the owner of a file, a folder, or a link itself."""
    if sys.platform != "win32":
        os.chown(path, uid, uid, follow_symlinks=False)


def new_session() -> dict[str, Any]:
    """Arguments of `subprocess.Popen` for a process that an interrupt from the terminal does not
    reach, and that `end_group` kills with everything that it started.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_group(process: int) -> None:
    """Kill a process that leads a session, and everything that it started there."""
    if sys.platform != "win32":
        # macOS raises another error than Linux for a process that has just ended.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process, signal.SIGKILL)
        return
    import psutil

    with contextlib.suppress(psutil.Error):
        top = psutil.Process(process)
        for each in (*top.children(recursive=True), top):
            with contextlib.suppress(psutil.Error):
                each.kill()


def end_process(process: int) -> None:
    """Kill a process. Raises `OSError`."""
    if sys.platform == "win32":
        os.kill(process, signal.SIGTERM)  # Windows ends a process for any signal but two
    else:
        os.kill(process, signal.SIGKILL)


def killed_by(code: int) -> str:
    """The name of the signal that ended a process with this exit code, "a signal" if the name is
    unknown, or "" if it ended by itself.
    """
    if sys.platform == "win32":
        return _CRASHES.get(code & 0xFFFFFFFF, "")
    try:
        return "" if code >= 0 else signal.Signals(-code).name
    except ValueError:
        return "a signal"


def needed_variables() -> dict[str, str]:
    """The environment variables without which no program starts on this system."""
    return {name: os.environ[name] for name in _NEEDED if name in os.environ} if WINDOWS else {}


def home_variables(folder: str) -> dict[str, str]:
    """Environment variables that make `folder` the place for a process's own files."""
    more = ("USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP") if WINDOWS else ()
    return dict.fromkeys(("HOME", "TMPDIR", *more), folder)


def limit(wishes: Mapping[str, int]) -> None:
    """Set limits of this process, by their names in the standard library. Skips those that the
    system does not know, or does not enforce. Raises `OSError` and `ValueError`.
    """
    if sys.platform != "win32":
        import resource

        for name, value in wishes.items():
            kind = getattr(resource, name, None)
            if kind is not None and not (sys.platform == "darwin" and name == "RLIMIT_AS"):
                _, hard = resource.getrlimit(kind)
                value = value if hard == resource.RLIM_INFINITY else min(value, hard)
                resource.setrlimit(kind, (value, value))
    elif wishes:
        raise OSError("Windows has no such limits")


@contextlib.contextmanager
def data_limited(size: int) -> Iterator[None]:
    """Limit this process's data to `size` bytes inside the block. Linux only."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    size = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


def set_alarm(seconds: float, again: float = 0.0) -> None:
    """Make the system send `ALARM` to this process after `seconds`, and every `again` seconds from
    then on. Each may be 0 for never. Does nothing where `ALARM` is None.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds, again)


def processors() -> int:
    """The number of processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def page_size() -> int:
    """The bytes of a page of memory."""
    if sys.platform == "win32":
        return 4096
    return int(os.sysconf("SC_PAGE_SIZE"))


def memory() -> int:
    """The bytes of memory of the machine."""
    if sys.platform != "win32":
        return page_size() * int(os.sysconf("SC_PHYS_PAGES"))
    import psutil

    return int(psutil.virtual_memory().total)


def sizes_below(top: Path) -> Iterator[tuple[int, list[int], int]]:
    """For each folder from `top` down, its depth below `top`, the bytes on disk of each of its
    files, and the number of its folders. Does not follow links. Raises `OSError`, and some
    versions of Python `RecursionError` for some hundreds of folders within each other.
    """
    if sys.platform != "win32":
        for folder, folders, files, descriptor in os.fwalk(top):
            sizes = [0] * len(files)
            for place, name in enumerate(files):
                with contextlib.suppress(OSError):
                    found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    sizes[place] = found.st_blocks * 512
            yield _depth(folder, top), sizes, len(folders)
        return
    for folder, below, files in os.walk(top):
        sizes = [0] * len(files)
        for place, name in enumerate(files):
            with contextlib.suppress(OSError):
                sizes[place] = Path(folder, name).lstat().st_size
        yield _depth(folder, top), sizes, len(below)


def _depth(folder: str, top: Path) -> int:
    return folder.removeprefix(str(top)).count(os.sep)


def listens_at(path: str) -> bool:
    """Whether a socket can have this path as its address. Leaves nothing there."""
    family = getattr(socket, "AF_UNIX", None)
    if family is None:
        return False
    try:
        with socket.socket(family) as tried:
            tried.bind(path)
        Path(path).unlink()
    except OSError:
        return False
    return True
