"""The filter of system calls: what it blocks at each level, and what correct programs need.

Covers too: `sandbox.confined.softened`, `sandbox.confined.system_calls`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import at_each_level
import pytest

from autograder.sandbox.confined import seccomp, system_calls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is one of Linux")

TRIES = """
import ctypes, errno, fcntl, mmap, os, resource, signal, socket, struct, sys, threading, time

library = ctypes.CDLL(None, use_errno=True)
library.syscall.restype = ctypes.c_long
pair = socket.socketpair()


def call(number, *values):
    values = [ctypes.c_long(value) if isinstance(value, int) else value for value in values]
    answer = library.syscall(ctypes.c_long(number), *values)
    if answer < 0:
        raise OSError(ctypes.get_errno(), "")


def changed(look, change):
    before = look()
    change()
    if look() == before:
        raise OSError("nothing was done")


def status(*names):
    return [getattr(os.stat(OUTSIDE), name) for name in names]


OUTSIDE, ONLY = {outside!r}, {only!r}
parent, own = os.getppid(), os.getpid()
reading, writing = os.pipe()
text = ctypes.c_char_p(OUTSIDE.encode())
readable = os.open(os.path.join(sys.prefix, "pyvenv.cfg"), os.O_RDONLY)
installed = lambda: os.fstat(readable).st_ctime_ns
TRIES = {{
    "chmod": lambda: changed(lambda: status("st_mode"), lambda: os.chmod(OUTSIDE, 0o4711)),
    "chmod by number": lambda: changed(lambda: status("st_mode"), lambda: call(90, text, 0o4711)),
    "fchmodat": lambda: changed(lambda: status("st_mode"), lambda: call(268, -100, text, 0o711)),
    "fchmodat2": lambda: changed(
        lambda: status("st_mode"), lambda: call(452, -100, text, 0o611, 0)
    ),
    "fchmod": lambda: changed(installed, lambda: os.fchmod(readable, 0o644)),
    "utime": lambda: changed(lambda: status("st_mtime_ns"), lambda: os.utime(OUTSIDE, (5, 6))),
    "utimes": lambda: call(235, text, None),
    "utime by number": lambda: call(132, text, None),
    "futimesat": lambda: call(261, -100, text, None),
    "utimensat": lambda: call(280, -100, text, None, 0),
    "setxattr": lambda: os.setxattr(OUTSIDE, "user.a", b"x"),
    "setxattrat": lambda: call(463, -100, text, 0, text, text, 16),
    "removexattr": lambda: os.removexattr(OUTSIDE, "user.a"),
    "chown": lambda: os.chown(OUTSIDE, os.getuid(), os.getgid()),
    "attributes": lambda: fcntl.ioctl(readable, 0x40086602, struct.pack("l", 0x40)),
    "project": lambda: fcntl.ioctl(readable, 0x401C5820, bytes(28)),
    "hard link": lambda: os.link(OUTSIDE, "linked"),
    "symbolic link": lambda: os.symlink(OUTSIDE, "linked"),
    "fifo": lambda: os.mkfifo("fifo"),
    "F_SETOWN": lambda: fcntl.fcntl(reading, fcntl.F_SETOWN, parent),
    "F_SETOWN_EX": lambda: fcntl.fcntl(reading, 15, struct.pack("ii", 1, parent)),
    "F_SETSIG": lambda: fcntl.fcntl(reading, 10, 9),
    "O_ASYNC": lambda: fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC),
    "FIOASYNC": lambda: fcntl.ioctl(reading, 0x5452, struct.pack("i", 1)),
    "FIOSETOWN": lambda: fcntl.ioctl(reading, 0x8901, struct.pack("i", parent)),
    "F_SETLEASE": lambda: fcntl.fcntl(readable, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "F_NOTIFY": lambda: fcntl.fcntl(os.open(sys.prefix, os.O_RDONLY), fcntl.F_NOTIFY, 1),
    "F_SETPIPE_SZ": lambda: fcntl.fcntl(reading, 1031, 1 << 20),
    "inotify": lambda: call(294, 0),
    "fanotify": lambda: call(300, 0, 0),
    "PR_SET_PDEATHSIG": lambda: call(157, 1, 0, 0, 0, 0),
    "PR_SET_DUMPABLE": lambda: call(157, 4, 0, 0, 0, 0),
    "PR_SET_PTRACER": lambda: call(157, 0x59616D61, -1, 0, 0, 0),
    "PR_SET_CHILD_SUBREAPER": lambda: call(157, 36, 1, 0, 0, 0),
    "sched_setscheduler": lambda: os.sched_setscheduler(parent, os.SCHED_IDLE, os.sched_param(0)),
    "sched_setattr": lambda: call(314, parent, ctypes.create_string_buffer(48), 0),
    "sched_setaffinity": lambda: os.sched_setaffinity(parent, {{0}}),
    "setpriority": lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
    "setpriority of a user": lambda: os.setpriority(os.PRIO_USER, 0, 1),
    "ioprio_set": lambda: call(251, 1, parent, 3 << 13),
    "prlimit": lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE),
    "kill": lambda: os.kill(parent, 0),
    "kill of a group": lambda: os.kill(0, 0),
    "tgkill": lambda: call(234, parent, parent, 0),
    "tkill": lambda: call(200, parent, 0),
    "rt_sigqueueinfo": lambda: call(129, parent, 0, None),
    "memfd": lambda: os.memfd_create("x"),
    "shmget": lambda: call(29, 0, 4096, 0o1600),
    "shared memory": lambda: call(9, 0, 4096, 3, 0x21, -1, 0),
    "datagrams": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "descriptors in flight": lambda: socket.send_fds(pair[0], [b"x"], [0]),
    "listen": lambda: pair[0].listen(),
    "another filter": lambda: call(317, 1, 0, None),
    "threads of another kind": lambda: call(56, 0x10B00, 0, 0, 0, 0),
    "clone3": lambda: call(435, None, 0),
    "io_setup": lambda: call(206, 1, ctypes.byref(ctypes.c_long())),
    "vmsplice": lambda: call(278, writing, None, 0, 0),
    "sync": lambda: call(162),
    "syslog": lambda: call(103, 10, None, 0),
    "a call of tomorrow": lambda: call(700),
    "the x32 interface": lambda: call(0x40000000 + 39),
}}
for name, attempt in TRIES.items():
    if ONLY and name not in ONLY:
        continue
    try:
        attempt()
    except OSError:
        pass
    else:
        print(name, end="; ")
"""

ORDINARY = """
import asyncio, concurrent.futures, logging, mmap, os, pathlib, queue, shutil, signal, socket
import sqlite3, tarfile, tempfile, threading, time, zipfile
import jax, jax.numpy as jnp, matplotlib.pyplot as plt, numpy as np, pandas as pd

x = np.arange(1000.0)
np.save("a.npy", x)
mapped = np.memmap("m.bin", dtype="f4", mode="w+", shape=(100,))
mapped[:] = 1
mapped.flush()
frame = pd.DataFrame({"a": x, "b": x**2})
frame.to_csv("d.csv")
assert pd.read_csv("d.csv").b.sum() == frame.b.sum()
frame.plot()
for name in ("f.png", "f.pdf", "f.svg"):
    plt.savefig(name)
shutil.copy("a.npy", "b.npy")
shutil.copy2("a.npy", "c.npy")
os.makedirs("t/u")
shutil.copytree("t", "t2")
shutil.move("b.npy", "t/b.npy")
for form in ("zip", "gztar"):
    shutil.unpack_archive(shutil.make_archive("packed", form, "t"), "un" + form)
with zipfile.ZipFile("z.zip", "w") as packed:
    packed.write("a.npy")
zipfile.ZipFile("z.zip").extractall("ze")
shutil.rmtree("t2")
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "x").touch()
    assert pathlib.Path(folder, "x").exists()
    pathlib.Path(folder, "x").touch()
with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as other:
    file.write(b"x")
    os.fsync(file.fileno())
os.chmod("a.npy", 0o600)
os.utime("a.npy")
try:
    os.utime("nothing")
except FileNotFoundError:
    pass
else:
    raise AssertionError
logging.basicConfig(filename="l.log", force=True)
logging.warning("written")
for place in (":memory:", "db.sqlite"):
    base = sqlite3.connect(place)
    base.execute("create table t(a)")
    base.execute("insert into t values (1)")
    base.commit()
    base.execute("pragma journal_mode=wal")
    assert base.execute("select count(*) from t").fetchall() == [(1,)]
    base.close()
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    assert sum(pool.map(lambda v: v * v, range(100))) == 328350


async def later():
    await asyncio.sleep(0.01)
    return await asyncio.to_thread(lambda: 1)


loop = asyncio.new_event_loop()
assert loop.run_until_complete(later()) == 1
loop.close()
rang = []
signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.05)
time.sleep(0.2)
assert rang
memory = mmap.mmap(-1, 4096)
memory[0] = 1
one, two = socket.socketpair()
one.send(b"x")
assert two.recv(1) == b"x"
os.nice(1)
os.sched_setaffinity(0, os.sched_getaffinity(0))
assert os.getloadavg() or True
total = jax.jit(lambda a: jnp.tanh(a @ a).sum())
total(jnp.ones((50, 50))).block_until_ready()
jax.grad(total)(jnp.ones((50, 50)))
jnp.linalg.svd(jnp.ones((20, 30)))
jax.pure_callback(lambda v: np.asarray(v), jax.ShapeDtypeStruct((), jnp.float32), jnp.float32(1))
np.linalg.svd(np.random.rand(300, 300))
print("done")
"""


@pytest.fixture
def outside(tmp_path: Path) -> str:
    """A file outside the submission's folder that belongs to the person who grades."""
    file = tmp_path / "grades.csv"
    file.write_text("kept")
    return str(file)


@pytest.mark.parametrize("leave_out", [(), ("landlock",)], ids=["every layer", "no Landlock"])
@pytest.mark.parametrize("user", at_each_level.USERS)
def test_nothing_outside_can_be_changed_signalled_or_slowed_down(
    user: str, leave_out: tuple[str, ...], outside: str
) -> None:
    if user == "ordinary":
        for path in (Path(outside), *list(Path(outside).parents)[:3]):
            path.chmod(path.stat().st_mode | 0o755)
        os.chown(outside, at_each_level.ORDINARY, at_each_level.ORDINARY)
    found = at_each_level.run(user, TRIES.format(outside=outside, only=()), leave_out=leave_out)
    assert found["user"] == ("own" if user == "own" else "same")
    assert "stopped" not in found, found["printed"]
    assert found["printed"] == ""
    assert ("landlock" in found["active"]) != bool(leave_out)


def test_without_the_filter_the_same_tries_succeed(outside: str) -> None:
    harmless = (
        "chmod",
        "fchmodat2",
        "utime",
        "chown",
        "F_SETOWN",
        "F_SETSIG",
        "F_SETLEASE",
        "inotify",
        "PR_SET_PDEATHSIG",
        "shared memory",
        "descriptors in flight",
        "sync",
    )
    source = TRIES.format(outside=outside, only=harmless)
    found = at_each_level.run("same", source, leave_out=("landlock", "seccomp"))
    assert found["printed"] == "".join(f"{name}; " for name in harmless)


@pytest.mark.parametrize("user", at_each_level.USERS)
def test_what_ordinary_notebooks_do_still_works(user: str, tmp_path: Path) -> None:
    found = at_each_level.run(user, ORDINARY)
    assert found["open"] == []
    assert found["printed"] == "done\n", found["printed"]


@pytest.mark.parametrize("column", [0, 1])
def test_each_call_stands_in_one_table(column: int) -> None:
    tables = [
        *system_calls.ALLOWED.values(),
        system_calls.WITHOUT_EFFECT,
        system_calls.NOT_SUPPORTED,
        system_calls.UNKNOWN_HERE,
        system_calls.CHECKED,
    ]
    numbers = [row[column] for table in tables for row in table.values() if row[column] is not None]
    assert len(numbers) == len(set(numbers))


def answer(program: list[seccomp.Instruction], audit: int, number: int, *arguments: int) -> int:
    """What the kernel would answer when it runs the program on these words."""
    words = {
        0: number,
        4: audit,
        **{16 + 8 * place: value for place, value in enumerate(arguments)},
    }
    loaded = step = 0
    while True:
        code, if_true, if_false, constant = program[step]
        step += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            loaded = words.get(constant, 0)
        elif code == 0x54:
            loaded &= constant
        else:
            holds = {
                0x15: loaded == constant,
                0x25: loaded > constant,
                0x45: bool(loaded & constant),
            }[code]
            step += if_true if holds else if_false


ALLOWED, KILLED, REFUSED, ABSENT, NOTHING = 0x7FFF0000, 0x80000000, 0x50001, 0x50026, 0x50000


@pytest.mark.parametrize(
    ("column", "audit", "numbers"),
    [
        (0, 0xC000003E, {"read": 0, "fork": 57, "execve": 59, "socket": 41, "fchmod": 91}),
        (1, 0xC00000B7, {"read": 63, "execve": 221, "socket": 198, "fchmod": 52}),
    ],
    ids=["x86_64", "aarch64"],
)
def test_the_program_answers_by_number_and_argument(
    column: int, audit: int, numbers: dict[str, int]
) -> None:
    steps = seccomp.program(column, audit, 77)
    assert len(steps) < 4096, "the kernel takes no longer program"

    def said(number: int, *arguments: int) -> int:
        return answer(steps, audit, number, *arguments)

    assert said(numbers["read"]) == ALLOWED
    assert said(numbers["fchmod"]) == NOTHING
    assert all(
        said(numbers[name]) == REFUSED for name in ("fork", "execve", "socket") if name in numbers
    )
    assert said(435) == said(700) == said(451) == ABSENT
    assert answer(steps, 0x40000003, numbers["read"]) == KILLED
    kill, clone, mapped = (
        system_calls.CHECKED[name][column] or 0 for name in ("kill", "clone", "mmap")
    )
    assert (said(kill, 77, 9), said(kill, 1, 9), said(kill, 0, 9)) == (ALLOWED, REFUSED, REFUSED)
    assert said(clone, 0x3D0F00) == said(clone, 0x7D0F00) == ALLOWED
    assert said(clone, 17) == said(clone, 0x3D0B00) == said(clone, 0x103D0F00) == REFUSED
    assert (said(mapped, 0, 1, 3, 0x22), said(mapped, 0, 1, 3, 0x21)) == (ALLOWED, REFUSED)


def test_every_checked_call_has_its_rule() -> None:
    assert set(seccomp._checks(1)) == set(system_calls.CHECKED)
