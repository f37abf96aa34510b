"""Memory that belongs to no process, and files without a name, are counted too, by the kernel or by
the watch.

Covers too: `sandbox.memory_group`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import host
from autograder.sandbox.endings import Died
from autograder.sandbox.held import Held, held_by, look_as
from autograder.sandbox.host import Worker
from autograder.sandbox.memory_group import PREFIX, MemoryGroup, _own_group, group_for
from autograder.sandbox.settings import Limits, Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

MB = 2**20
HOLDING = {
    "given back, and there": """
import ctypes, mmap
system = ctypes.CDLL(None, use_errno=True)
system.mmap.restype = ctypes.c_void_p
system.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
system.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
size = 50 * 2**20
for _ in range(20):
    # as `mmap.mmap(-1, size)` does where nothing takes its place
    there = system.mmap(None, size, 3, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
    if there == ctypes.c_void_p(-1).value: raise PermissionError
    ctypes.memset(there, 1, size)
    system.madvise(there, size, mmap.MADV_DONTNEED)
""",
    "of a device": """
import mmap, os
device = os.open("/dev/zero", os.O_RDWR)
for _ in range(20):
    held.append(mmap.mmap(device, 50 * 2**20))
    for place in range(0, len(held[-1]), 4096): held[-1][place] = 1
    held[-1].madvise(mmap.MADV_DONTNEED)
""",
    "files of memory": """
import os
for number in range(20):
    held.append(os.memfd_create("x"))
    for _ in range(50): os.write(held[-1], b"x" * 2**20)
""",
    "files without a name": """
import os
for number in range(20):
    held.append(os.open("f", os.O_RDWR | os.O_CREAT))
    os.unlink("f")
    for _ in range(50): os.write(held[-1], b"x" * 2**20)
""",
    "files without a name or a descriptor": """
import mmap, os
for number in range(20):
    file = os.open("f", os.O_RDWR | os.O_CREAT)
    os.unlink("f")
    for _ in range(50): os.write(file, b"x" * 2**20)
    held.append(mmap.mmap(file, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ))
    os.close(file)
""",
    "ordinary memory": "for _ in range(20): held.append(bytearray(50 * 2**20))",
}


def ask(worker: Worker, source: str) -> str:
    """Run a cell, and wait until the watch has looked."""
    frame = worker.ask({"do": "cell", "source": source, "seed": None}, {}, 60)
    worker.ask({"do": "cell", "source": "import time; time.sleep(1.5)", "seed": None}, {}, 20)
    return str(frame.header.get("stopped", {}).get("name", ""))


@pytest.mark.parametrize("left_out", [(), ("seccomp", "landlock")], ids=["all layers", "neither"])
@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("kind", HOLDING)
def test_whatever_a_submission_holds_is_counted(
    kind: str, grouped: bool, left_out: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not grouped:
        monkeypatch.setattr(host, "group_for", lambda *_: None)
    limits = Limits(resident_bytes=800 * MB)
    worker = Worker(Settings(hidden=[], level="best", limits=limits, leave_out=left_out))
    try:
        told = ask(worker, f"held = []\n{HOLDING[kind]}")
    except Died as died:
        told = str(died)
    finally:
        worker.end()
    assert told in (
        "PermissionError",  # a layer refused it
        "used more than 800 MB of memory",
        "left more than 512 MB or 20000 files in its folder",
    )


@pytest.mark.parametrize("grouped", [True, False])
def test_an_ordinary_submission_is_left_alone(
    grouped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not grouped:
        monkeypatch.setattr(host, "group_for", lambda *_: None)
    worker = Worker(Settings(hidden=[], level="best", limits=Limits(resident_bytes=1000 * MB)))
    source = """
import multiprocessing, tempfile
import numpy as np, jax.numpy as jnp
many = np.ones(25 * 2**20)
open("f", "wb").write(b"x" * 60 * 2**20)
np.save("g.npy", np.ones(5 * 2**20))
kept = np.load("g.npy", mmap_mode="r")
temporary = tempfile.TemporaryFile(); temporary.write(b"x" * 30 * 2**20)
total = float(jnp.ones((1000, 1000)).sum() + kept.sum())
"""
    try:
        assert ask(worker, source) == ""
    finally:
        worker.end()


HOLDER = """
import ctypes, os, sys
uid = int(sys.argv[1])
if uid:
    os.setgroups([]); os.setresgid(uid, uid, uid); os.setresuid(uid, uid, uid)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
memory = os.memfd_create("x")
os.write(memory, b"x" * 2**22)
file = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT)
os.unlink(sys.argv[2])
os.write(file, b"x" * 2**21)
os.fsync(file)
print("there", flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=["same user", "own user"])
def holder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, int | None]]:
    uid = 1_500_000_123 if request.param == "own user" else 0
    if uid and os.geteuid() != 0:
        pytest.skip("only root can become another user")
    place = Path("/tmp" if uid else tmp_path, f"held-{os.getpid()}")
    command = ["/usr/bin/python3" if uid else sys.executable, "-I", "-c", HOLDER, str(uid)]
    if not Path(command[0]).exists():
        pytest.skip("no interpreter that another user can reach")
    process = subprocess.Popen(
        [*command, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"there\n"
    yield process.pid, uid or None
    process.kill()
    process.communicate()


def test_files_and_memory_without_a_name_are_seen(holder: tuple[int, int | None]) -> None:
    """Also as in a container, whose root may not inspect the processes of other users."""
    process, uid = holder
    found: list[Held] = []

    def look() -> None:
        look_as(uid)
        found.append(held_by(process))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [Held(memory=4 * MB, files=2 * MB)]


def test_another_user_is_not_seen_by_one_who_is_not_root(
    holder: tuple[int, int | None],
) -> None:
    process, uid = holder
    if uid is None:
        return
    seen: list[str] = []

    def look() -> None:
        look_as(uid + 1)
        try:
            held_by(process)
        except PermissionError:
            seen.append("refused")

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["refused"]


def test_the_kernel_ends_what_is_too_large_for_its_group() -> None:
    parent = _own_group()
    try:
        assert parent is not None
        group = MemoryGroup(parent, 100 * MB)
    except (AssertionError, OSError):
        pytest.skip("no group can be made here")
    code = "import sys; sys.stdin.readline(); x = bytearray(200 * 2**20); print(len(x))"
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        group.add(process.pid)
        assert not group.has_killed()
        assert process.communicate(b"\n")[0] == b""
        assert process.returncode == -9
        assert group.has_killed()
    finally:
        process.kill()
        process.wait()
        group.remove()
    assert not list(parent.glob(f"{PREFIX}*{group._folder.name}"))


def test_where_no_group_can_be_made_there_is_none(tmp_path: Path) -> None:
    assert _own_group(tmp_path / "missing", tmp_path) is None
    (tmp_path / "cgroup").write_text("4:memory:/here\n1:cpu:/\n0::/there\n")
    assert _own_group(tmp_path / "cgroup", tmp_path) is None
    for folder in ("memory/here", "there"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "cgroup.procs").touch()
    assert _own_group(tmp_path / "cgroup", tmp_path) == tmp_path / "memory" / "here"
    (tmp_path / "cgroup").write_text("0::/there\n")
    assert _own_group(tmp_path / "cgroup", tmp_path) is None  # its groups have no limits
    (tmp_path / "there" / "cgroup.subtree_control").write_text("cpu memory\n")
    assert _own_group(tmp_path / "cgroup", tmp_path) == tmp_path / "there"


def test_a_process_that_has_ended_has_no_group() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert group_for(process.pid, MB) is None
