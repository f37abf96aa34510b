"""An environment whose interpreters make `autograder` see another system than this one (see
`tests/another_system/another_system.py`).

What the standard library has on each system is read from typeshed, which mypy brings.
"""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

import mypy
from shared import ROOT

SYSTEMS = ("win32", "darwin")

_MODULES = (
    *("ctypes", "faulthandler", "mmap", "multiprocessing", "os", "resource", "select", "selectors"),
    *("shutil", "signal", "socket", "subprocess", "tempfile", "threading", "time"),
)
_TYPESHED = Path(mypy.__file__).parent / "typeshed" / "stdlib"


def gone(system: str) -> dict[str, list[str]]:
    """By module, the names that the standard library has here but not on `system`."""
    found = {}
    for name in _MODULES:
        stub = _TYPESHED / f"{name}.pyi"
        tree = ast.parse(
            (stub if stub.exists() else _TYPESHED / name / "__init__.pyi").read_text("utf-8")
        )
        here = {*dir(importlib.import_module(name))}
        lacks = {*_names(tree.body, "linux")} - {*_names(tree.body, system)}
        found[name] = sorted(here & lacks)
    return found


def _names(body: Sequence[ast.stmt], system: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.If):
            holds = _holds(node.test, system)
            yield from _names(node.body, system) if holds is not False else ()
            yield from _names(node.orelse, system) if holds is not True else ()
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _holds(test: ast.expr, system: str) -> bool | None:
    """Whether a condition about the system or the version holds; None if it is about neither."""
    if isinstance(test, ast.BoolOp):
        each = [_holds(value, system) for value in test.values]
        if isinstance(test.op, ast.And):
            return False if False in each else None if None in each else True
        return True if True in each else None if None in each else False
    source = ast.unparse(test)
    if "sys.platform" not in source and "sys.version_info" not in source:
        return None
    seen = type("sys", (), {"platform": system, "version_info": sys.version_info})
    return bool(eval(source, {"sys": seen}))


class OtherSystem:
    """An environment in a folder, and what is needed to start its interpreter."""

    def __init__(self, folder: Path, system: str) -> None:
        self.system = system
        (folder / "private").mkdir()
        self._temporary = folder / "tmp"
        self._temporary.symlink_to(folder / "private")
        venv.create(folder / "environment with blanks", symlinks=True)
        self.python = folder / "environment with blanks" / "bin" / "python"
        (packages,) = (folder / "environment with blanks" / "lib").glob("*/site-packages")
        (packages / "a_system.pth").write_text(
            f"import sys; sys.path.append({str(ROOT / 'tests' / 'another_system')!r}); "
            f"import another_system; another_system.begin({system!r}, {gone(system)!r})\n",
            encoding="utf-8",
        )
        (packages / "packages.pth").write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", encoding="utf-8"
        )

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a person's console that does not use UTF-8. The folder for temporary
        files gets another name when it is resolved, as on macOS and where Windows shortens names.
        """
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "SYSTEMROOT": "C:\\Windows",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "LC_ALL": "C",
            "PYTHONIOENCODING": "cp1252",
            "JAX_PLATFORMS": "cpu",
            "TMPDIR": str(self._temporary),
            **more,
        }

    def run(
        self, *arguments: str, folder: Path, timeout: float = 500, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the interpreter with these arguments in a folder."""
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=folder,
            env=self.environment(**more),
            capture_output=True,
            encoding="cp1252",
            errors="replace",
            check=False,
            timeout=timeout,
        )
