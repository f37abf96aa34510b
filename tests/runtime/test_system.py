"""One module decides what the system has. No other names what only one system has. Covers too:
`runtime.processes`.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import other_systems
import psutil
import pytest
from shared import ROOT

from autograder.runtime import processes, system

PACKAGE = ROOT / "autograder"

DECIDES = "runtime/system.py"

LINUX_ONLY = {
    "runtime/fork.py": "its callers ask `system.FORKS`",
    "runtime/linux.py": "its callers ask `system.WALLS`",
    "runtime/tied.py": "a program that imports nothing of this package",
    "sandbox/confined/confine.py": "its layers are put on where `system.WALLS` says so",
    "sandbox/confined/landlock.py": "a layer",
    "sandbox/confined/nursery_process.py": "started where `system.FORKS` says so",
    "sandbox/confined/probe.py": "forks where `system.WALLS` says so",
    "sandbox/confined/softened.py": "does nothing where there are no `system.WALLS`",
    "sandbox/ends.py": "behind `system.HANDS_ON_PIPES`",
    "sandbox/held.py": "looks in `/proc`",
    "sandbox/nursery.py": "its callers ask `system.FORKS`",
}
"""Modules that may name what other systems lack, and why that does no harm."""

ABSENT = {"fcntl", "grp", "msvcrt", "posix", "pty", "pwd", "resource", "termios", "tty", "winreg"}

GONE = {
    (module, name)
    for of_system in (other_systems.gone("win32"), other_systems.gone("darwin"))
    for module, names in of_system.items()
    for name in names
} | {("sys", "platform"), ("os", "name")}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield (
            path.relative_to(PACKAGE).as_posix(),
            ast.parse(path.read_text(encoding="utf-8"), str(path)),
        )


def of_one_system(tree: ast.Module) -> Iterator[str]:
    """The names in a module that some system lacks, or that distinguish systems."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in ABSENT)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ([node.module] if node.module in ABSENT else [])
            named = ((node.module, alias.name) for alias in node.names)
            yield from (f"{module}.{name}" for module, name in named if (module, name) in GONE)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and (node.value.id, node.attr) in GONE
        ):
            yield f"{node.value.id}.{node.attr}"


def without_encoding(tree: ast.Module) -> Iterator[str]:
    """The places where text is read or written in the console's encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg for keyword in node.keywords}
        modes = [each.value for each in node.args if isinstance(each, ast.Constant)]
        modes += [
            k.value.value
            for k in node.keywords
            if k.arg == "mode" and isinstance(k.value, ast.Constant)
        ]
        binary = any(isinstance(mode, str) and "b" in mode for mode in modes)
        called = ast.unparse(node.func)
        method = called.rpartition(".")[2]
        text = (
            (method == "read_text" and not node.args)
            or method == "write_text"
            or (called in ("open", "io.open", "os.fdopen") and not binary)
            or (
                method == "open"
                and called != "os.open"
                and not binary
                and all(isinstance(mode, str) and {*mode} <= {*"rwax+t"} for mode in modes)
                and len(modes) == len(node.args) <= 1
            )
            or (called.startswith("subprocess.") and {"text", "universal_newlines"} & named)
        )
        if text and "encoding" not in named:
            yield f"line {node.lineno}: {called}"


def test_no_other_module_names_what_only_one_system_has() -> None:
    found = {
        name: sorted(set(of_one_system(tree)))
        for name, tree in sources()
        if name != DECIDES and name not in LINUX_ONLY
    }
    assert {name: names for name, names in found.items() if names} == {}


def test_each_module_that_may_does() -> None:
    named = {name for name, tree in sources() if any(of_one_system(tree))}
    assert {DECIDES, *LINUX_ONLY} <= named


@pytest.mark.parametrize(
    "source",
    [
        "import resource",
        "def f():\n    from pwd import getpwuid",
        "os.fork()",
        "signal.SIGKILL",
        "from os import geteuid",
        "socket.AF_UNIX",
        "socket.SOCK_NONBLOCK",
        "sys.platform == 'linux'",
        "os.name",
        "select.poll()",
        "os.set_blocking(0, False)",
    ],
)
def test_such_names_are_found(source: str) -> None:
    assert list(of_one_system(ast.parse(source)))


def test_every_text_names_its_encoding() -> None:
    found = {name: list(without_encoding(tree)) for name, tree in sources()}
    assert {name: places for name, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "source",
    [
        "open(path)",
        "path.open('w')",
        "path.read_text()",
        "path.write_text(text)",
        "subprocess.run(command, text=True)",
        "os.fdopen(1, 'w')",
    ],
)
def test_a_text_without_encoding_is_found(source: str) -> None:
    assert list(without_encoding(ast.parse(source)))


@pytest.mark.parametrize("source", ["open(path, 'rb')", "archive.open(name)", "os.open(path, 0)"])
def test_bytes_need_no_encoding(source: str) -> None:
    assert list(without_encoding(ast.parse(source))) == []


def a_process(code: str = "import time; time.sleep(60)") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], **system.new_session())


def test_a_group_is_ended_with_what_it_has_started() -> None:
    started = a_process(
        "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', "
        "'import time; time.sleep(60)']); time.sleep(60)"
    )
    top = psutil.Process(started.pid)
    while not (children := top.children(recursive=True)):
        time.sleep(0.01)
    system.end_group(started.pid)
    assert system.killed_by(started.wait(timeout=20)) in ("SIGKILL", "")
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    system.end_group(started.pid)  # a second call does nothing


def test_a_process_is_looked_at_by_number() -> None:
    process = a_process("import time; kept = b'x' * 50_000_000; time.sleep(60)")
    try:
        first = processes.began(process.pid)
        until = time.monotonic() + 20
        while (processes.resident(process.pid) or 0) < 50_000_000 and time.monotonic() < until:
            time.sleep(0.05)
        assert 50_000_000 < (processes.resident(process.pid) or 0) < 200_000_000
        assert processes.memory_of_tree(process.pid) >= 50_000_000
        assert processes.threads(process.pid) == 1
        assert first == processes.began(process.pid) != ""
    finally:
        system.end_process(process.pid)
        process.wait()
    assert (processes.resident(process.pid), processes.began(process.pid)) == (None, "")


def test_what_a_process_has_started_counts(tmp_path: Path) -> None:
    script = tmp_path / "holds.py"
    script.write_text(
        "import time\nkept = bytearray(b'x' * 60_000_000)\ntime.sleep(60)\n", encoding="utf-8"
    )
    process = a_process(
        f"import subprocess, sys; subprocess.run([sys.executable, {str(script)!r}])"
    )
    try:
        until = time.monotonic() + 20
        while (processes.resident(process.pid) or 0) < 60_000_000 and time.monotonic() < until:
            time.sleep(0.05)
        assert (processes.resident(process.pid) or 0) > 60_000_000
        assert processes.threads(process.pid) == 2
    finally:
        system.end_group(process.pid)
        process.wait()


def test_a_process_is_found_by_its_folder(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=tmp_path
    )
    try:
        assert processes.working_in(str(tmp_path)) == [process.pid]
    finally:
        process.communicate(b"\n")
    assert processes.working_in(str(tmp_path)) == []


def test_the_machine_has_memory_and_a_page_size() -> None:
    assert system.memory() == psutil.virtual_memory().total
    assert system.memory() % system.page_size() == 0


def test_how_a_process_ended_is_told_by_the_name_of_a_signal() -> None:
    assert [system.killed_by(code) for code in (0, 1, 3, -9, -11, -250)] == [
        *("", "", "", "SIGKILL", "SIGSEGV", "a signal")
    ]


def test_sizes_of_files_are_told_folder_by_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"x" * 10_000)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "b")
    found = list(system.sizes_below(tmp_path))
    assert [(depth, len(sizes), folders) for depth, sizes, folders in found] == [
        (0, 1, 1),
        (1, 1, 0),
    ]
    assert found[1][1][0] >= 10_000
    assert found[0][1][0] < 10_000


def test_a_socket_may_have_a_path_that_is_not_too_long(tmp_path: Path) -> None:
    assert system.listens_at(f"{tmp_path}/s") or not system.TOOLS
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert not system.listens_at(f"{tmp_path}/{'s' * 200}")
