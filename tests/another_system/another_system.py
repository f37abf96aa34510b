# ruff: noqa: A002, PTH100, PTH115, PTH119, PTH208, SIM115
"""Let the modules of `autograder` see another system, in each interpreter of an environment that
`tests/other_systems.py` makes: a line of a `.pth` file calls `begin` before anything else runs.

What is taken away, for `autograder` only, since all other packages are installed for this system:
modules and names that the standard library does not have there, `/proc` and its like, and what
Windows refuses: pipes in `select`, open files that are replaced or removed, forbidden names, a
process with `pass_fds` or without SYSTEMROOT, programs of Unix.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import re
import select
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import types
from pathlib import Path
from typing import Any

_ABSENT = {
    "win32": ("fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "termios", "tty"),
    "darwin": ("spwd",),
}
_HIDDEN = {
    "win32": ("/proc", "/sys", "/dev", "/bin", "/etc", "/usr/bin"),
    "darwin": ("/proc", "/sys", "/dev/shm"),
}
_FORBIDDEN = re.compile(
    r'[<>:"|?*\\\x00-\x1f]|[ .]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$', re.I
)
_SIGNALS = ("SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM")
_STDLIB = sysconfig.get_path("stdlib")
_OURS = f"{os.sep}autograder{os.sep}"

_system = ""
_seen: dict[str, types.ModuleType] = {}
_temporary: dict[str, Any] = {}
_import = builtins.__import__
_popen = subprocess.Popen
_looking = False


class Seen(types.ModuleType):
    """A module as `autograder` sees it: without some names, and with others instead."""

    def __init__(self, real: types.ModuleType, gone: set[str], instead: dict[str, Any]) -> None:
        vars(self).update(
            __name__=real.__name__, _real=real, _gone=gone - {*instead}, _instead=instead
        )

    def __getattr__(self, name: str) -> Any:
        if name in self._gone:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return self._instead[name] if name in self._instead else getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._instead.pop(name, None)
        self._gone.discard(name)
        setattr(self._real, name, value)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._real), *self._instead} - self._gone)


def begin(system: str, gone: dict[str, list[str]]) -> None:
    """From now on, `autograder` sees `system`, which lacks `gone` of each module."""
    global _system
    _system = system
    instead = {name: {} for name in gone} | _instead(system)
    for name, of_module in instead.items():
        lacks = {*gone.get(name, ())}
        real = _import(name)
        _seen[name] = Seen(real, lacks, of_module)
    builtins.__import__ = _imported
    sys.addaudithook(_audited)


def _instead(system: str) -> dict[str, dict[str, Any]]:
    common = {"sys": {"platform": system}, "ctypes": {"CDLL": _no_library}}
    if system == "darwin":
        return common
    return common | {
        "os": {
            "name": "nt",
            "O_BINARY": 0x8000,
            "kill": _kill,
            "supports_dir_fd": set(),
            "supports_follow_symlinks": {os.stat},
        },
        "select": {"select": _select},
        "signal": {"signal": _signal, "CTRL_C_EVENT": 0, "CTRL_BREAK_EVENT": 1, "SIGBREAK": 21},
        "subprocess": {
            "Popen": _Started,
            "CREATE_NEW_PROCESS_GROUP": 0x200,
            **{
                name: _checked(getattr(subprocess, name))
                for name in ("run", "call", "check_call", "check_output")
            },
        },
        "tempfile": {"NamedTemporaryFile": _named_temporary_file},
    }


_MSVCRT = types.ModuleType("msvcrt")
_MSVCRT.setmode = lambda descriptor, _: os.fstat(descriptor)  # type: ignore[attr-defined]


def _imported(
    name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
) -> Any:
    if level == 0 and _is_ours(globals or {}):
        top = name.partition(".")[0]
        if name == "msvcrt" and _system == "win32":
            return _MSVCRT
        if top in _ABSENT[_system]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if top in _seen and (name == top or not fromlist):
            _import(name, globals, locals, fromlist, level)
            return _seen[top]
    return _import(name, globals, locals, fromlist, level)


def _is_ours(names: dict[str, Any]) -> bool:
    """Whether these are the globals of a module of `autograder`, which may also be `__main__`."""
    spec = names.get("__spec__")
    name = getattr(spec, "name", None) or names.get("__name__") or ""
    return name.partition(".")[0] == "autograder"


def _asked_by_ours(everywhere: bool = False) -> bool:
    """Whether a module of `autograder` has called the standard library, which runs now; or is
    `everywhere` above.
    """
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if _is_ours(frame.f_globals):
            return True
        in_library = file.startswith((_STDLIB, "<frozen")) and "site-packages" not in file
        if not everywhere and not in_library and frame.f_globals.get("__name__") != __name__:
            return False
        frame = frame.f_back
    return False


def _audited(event: str, arguments: tuple[Any, ...]) -> None:
    global _looking
    if _looking or event not in _EVENTS:
        return
    _looking = True
    try:
        _EVENTS[event](*arguments)
    finally:
        _looking = False


def _hides(path: object, *_: object) -> None:
    if isinstance(path, str | bytes | os.PathLike):
        name = os.fsdecode(path)
        if name == os.devnull:
            return
        if any(name == top or name.startswith(f"{top}/") for top in _HIDDEN[_system]) and (
            _asked_by_ours()
        ):
            raise FileNotFoundError(2, "No such file or directory", name)


def _opens(path: object, mode: object, flags: int) -> None:
    _hides(path)
    if _system != "win32" or not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.fsdecode(path)
    if flags & os.O_CREAT:
        _names(path)
    file = _temporary.get(name)
    if file is not None and not file.closed and _asked_by_ours(everywhere=True):
        raise PermissionError(13, "Permission denied (opened twice)", name)


def _names(path: object, *_: object) -> None:
    if _system != "win32" or not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.path.basename(os.fsdecode(path))
    if _FORBIDDEN.search(name) and _asked_by_ours(everywhere=True):
        raise OSError(22, "The filename, directory name, or volume label syntax is incorrect", name)


def _removes(path: object, *_: object) -> None:
    if _system != "win32" or not isinstance(path, str | bytes | os.PathLike):
        return
    name = os.path.abspath(os.fsdecode(path))
    if _asked_by_ours(everywhere=True) and name in _open_files():
        raise PermissionError(13, "The file is used by a process", name)


def _renames(source: object, target: object, *_: object) -> None:
    _names(target)
    _removes(source)
    _removes(target)


def _open_files() -> set[str]:
    """Files that this process and its children have open or mapped, and the folders in which they
    work.
    """
    found: set[str] = set()
    for process in ("self", *_children(os.getpid())):
        with contextlib.suppress(OSError):
            if b"resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes():
                continue  # only Unix has it
            found.add(os.readlink(f"/proc/{process}/cwd"))
        with contextlib.suppress(OSError):
            for number in os.listdir(f"/proc/{process}/fd"):
                with contextlib.suppress(OSError):
                    found.add(os.readlink(f"/proc/{process}/fd/{number}"))
            maps = Path(f"/proc/{process}/maps").read_text(errors="replace")
            found |= {line.split(maxsplit=5)[5] for line in maps.splitlines() if line.count("/")}
    return found


def _children(process: int) -> list[str]:
    found: list[str] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            listed = Path(f"/proc/{process}/task/{task}/children").read_text().split()
            for child in listed:
                found += [child, *_children(int(child))]
    return found


_EVENTS = {
    "open": _opens,
    "os.listdir": _hides,
    "os.scandir": _hides,
    "os.mkdir": _names,
    "os.remove": _removes,
    "os.rmdir": _removes,
    "os.rename": _renames,
}


def _no_library(name: object = None, *_: object, **__: object) -> Any:
    if _system == "win32" and name is None:
        raise TypeError("LoadLibrary() argument 1 must be str, not None")
    return types.SimpleNamespace()


def _kill(process: int, number: int) -> None:
    """What `os.kill` does on Windows: it ends the process, whatever the number is."""
    if number in (0, 1):
        raise RuntimeError("this would interrupt every process of the console")
    os.kill(process, signal.SIGKILL)


def _select(*arguments: Any) -> Any:
    for each in (*arguments[0], *arguments[1], *arguments[2]):
        number = each if isinstance(each, int) else each.fileno()
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            raise OSError(10038, "An operation was attempted on something that is not a socket")
    return select.select(*arguments)


def _signal(number: int, handler: Any) -> Any:
    if number not in [getattr(signal, name) for name in _SIGNALS]:
        raise ValueError("invalid signal value")
    return signal.signal(number, handler)


def _check_start(command: Any, settings: dict[str, Any]) -> None:
    for name in ("pass_fds", "preexec_fn", "user", "group", "extra_groups", "umask"):
        if settings.get(name):
            raise ValueError(f"{name} is not supported on Windows")
    environment = settings.get("env")
    if environment is not None and "SYSTEMROOT" not in environment:
        raise OSError(f"Python cannot begin without SYSTEMROOT: {sorted(environment)}")
    program = str(command if isinstance(command, str | os.PathLike) else command[0])
    if settings.get("shell") or program.startswith(("/bin", "/usr/bin")) or program in _UNIX:
        raise FileNotFoundError(2, "The system cannot find the file specified", program)
    settings.pop("creationflags", None)


_UNIX = ("chmod", "cp", "env", "kill", "ls", "mv", "rm", "sh", "bash", "sleep", "true", "ps")


class _Started(_popen):  # type: ignore[type-arg, misc]
    def __init__(self, args: Any, *others: Any, **settings: Any) -> None:
        _check_start(args, settings)
        super().__init__(args, *others, **settings)


def _checked(run: Any) -> Any:
    def checked(args: Any, *others: Any, **settings: Any) -> Any:
        _check_start(args, settings)
        return run(args, *others, **settings)

    return checked


def _named_temporary_file(*arguments: Any, **settings: Any) -> Any:
    file = tempfile.NamedTemporaryFile(*arguments, **settings)
    if settings.get("delete", True):
        _temporary[file.name] = file
    return file
