"""What the worker's own user leaves behind is removed, wherever everybody may write."""

from __future__ import annotations

import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import at_each_level
import pytest
from sandbox.test_guard import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a user of its own is Linux's")

LEAVE = """
import ctypes, os

library = ctypes.CDLL(None)
for place in {places!r}:
    try:
        os.makedirs(f"{{place}}/{mark}/deep/er", 0o777)
        open(f"{{place}}/{mark}/deep/er/file", "w").close()
        os.chmod(f"{{place}}/{mark}", 0)
        open(f"{{place}}/{mark}-file", "w").close()
        os.symlink("/etc", f"{{place}}/{mark}-link")
        os.mkfifo(f"{{place}}/{mark}-fifo")
    except OSError:
        pass
print(library.shmget(0, 4096, 0o1600), library.semget(0, 1, 0o1600), library.msgget(0, 0o1600))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of another user in which everybody may write."""
    folder = Path(tempfile.mkdtemp(prefix="otter-left-"))
    folder.chmod(0o755)
    (folder / "below").mkdir()
    (folder / "below").chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def system_v(number: str) -> list[str]:
    """The owners of the System V objects of one kind."""
    return [
        line.split()[1] + ":" + line
        for line in Path(f"/proc/sysvipc/{number}").read_text().splitlines()[1:]
    ]


@pytest.mark.parametrize(
    "killed", [pytest.param(False, marks=pytest.mark.slow), True], ids=["ended", "killed"]
)
def test_nothing_of_a_user_of_its_own_stays_without_landlock(
    killed: bool, open_folder: Path
) -> None:
    places = ["/dev/shm", "/tmp", "/var/tmp", "/dev/mqueue", str(open_folder / "below")]
    mark = f"left-{uuid.uuid4().hex}"
    before = {kind: system_v(kind) for kind in ("shm", "sem", "msg")}
    source = LEAVE.format(places=places, mark=mark)
    grader = at_each_level.begin("own", source, leave_out=("landlock", "seccomp"))
    found = at_each_level.said(grader)
    assert "-1" not in found["printed"].split(), found["printed"]

    def left() -> list[str]:
        return [
            str(path)
            for place in places
            if Path(place).exists()
            for path in Path(place).iterdir()
            if path.name.startswith(mark)
        ]

    assert len(left()) >= 4 * 4
    if killed:
        grader.kill()
    at_each_level.end(grader)
    assert wait_until(lambda: left() == []), left()
    assert wait_until(lambda: {kind: system_v(kind) for kind in before} == before), (
        "System V objects are left"
    )


def test_with_every_layer_nothing_can_be_left(open_folder: Path) -> None:
    mark = f"left-{uuid.uuid4().hex}"
    places = ["/dev/shm", "/tmp", "/var/tmp", str(open_folder / "below")]
    grader = at_each_level.begin("own", LEAVE.format(places=places, mark=mark))
    assert at_each_level.said(grader)["printed"] == "-1 -1 -1\n"
    assert not [path for place in places for path in Path(place).glob(f"{mark}*")]
    at_each_level.end(grader)
