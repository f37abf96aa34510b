"""The student's road, the commands and a graded class where `autograder` sees Windows or macOS: in
fresh interpreters, without the modules and names that Python lacks there (`other_systems`).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import nbformat
import psutil
import pytest
import yaml
from other_systems import SYSTEMS, OtherSystem
from shared import MASTERS, ROOT, reconfigured

from autograder.assignment.built import BuiltAssignment
from autograder.questions.sources import rename
from autograder.sandbox.confined.confine import MAX_THREADS

NAMES = {"win32": "Windows", "darwin": "macOS"}

COMMANDS = ("new", "build", "samples", "doctor", "matrix", "audit", "isolation", "grade")

AS_OURS = """
import sys
for source in sys.argv[1:]:
    try:
        exec(source, {"__name__": "autograder.tried"})
    except BaseException as fault:
        print(">", type(fault).__name__, flush=True)
    else:
        print(">", "no fault", flush=True)
"""

ALL_MODULES = """
import importlib, pkgutil, autograder
names = [each.name for each in pkgutil.walk_packages(autograder.__path__, "autograder.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""

CHECK = """
import sys
from autograder import check
names = {}
exec(open(sys.argv[1], encoding="utf-8").read(), names)
check("vmap_over_batch", names["vmap_over_batch"])
print("right")
"""


LIMITS = """
from autograder.sandbox.endings import Died
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Limits, Settings

cells = {
    "answer": ("print(sum(range(10)))", 30),
    "time": ("while True: pass", 2),
    "memory": ("kept = []\\nwhile True: kept.append(bytearray(b'x' * 10**7))", 60),
    "threads": ("import threading, time\\nfor _ in range(900): "
                "threading.Thread(target=threading.Event().wait).start()\\ntime.sleep(60)", 90),
    "files": ("import time\\nfor n in range(10): open(str(n), 'wb').write(bytes(60_000_000))\\n"
              "time.sleep(60)", 90),
    "exit": ("import os; os._exit(0)", 30),
}
for name, (source, seconds) in cells.items():
    limits = Limits(resident_bytes=900_000_000)
    worker = Worker(Settings(hidden=[], level="best", limits=limits))
    try:
        said = worker.ask({"do": "cell", "source": source}, {}, seconds).header["printed"].strip()
    except Died as cause:
        said = str(cause)
    folder = worker._scratch
    worker.end()
    print(name, said, folder.exists(), sep=": ")
"""

GRADER = """
import sys
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Settings

worker = Worker(Settings(hidden=[], level="best"))
print(worker._process.pid, worker._scratch, flush=True)
try:
    worker.ask({"do": "cell", "source": "while True: pass"}, {}, 600)
finally:
    print("not reached")
"""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(system, marks=() if system == "win32" else pytest.mark.slow)
        for system in SYSTEMS
    ],
)
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OtherSystem:
    return OtherSystem(tmp_path_factory.mktemp("another system"), request.param)


TAKEN_AWAY = {
    "import resource": {"win32": "ModuleNotFoundError"},
    "import os; os.fork": {"win32": "AttributeError"},
    "import os; os.set_blocking": {"win32": "AttributeError"},
    "import os; os.pidfd_open": {"win32": "AttributeError", "darwin": "AttributeError"},
    "import os; os.sched_getaffinity": {"win32": "AttributeError", "darwin": "AttributeError"},
    "from os import geteuid": {"win32": "ImportError"},
    "import signal; signal.SIGKILL": {"win32": "AttributeError"},
    "import socket; socket.AF_UNIX": {"win32": "AttributeError"},
    "import sys; assert sys.platform == 'linux'": dict.fromkeys(SYSTEMS, "AssertionError"),
    "open('/proc/self/stat')": dict.fromkeys(SYSTEMS, "FileNotFoundError"),
    "from pathlib import Path; Path('/proc/meminfo').read_text()": dict.fromkeys(
        SYSTEMS, "FileNotFoundError"
    ),
    "import os, select; select.select([os.pipe()[0]], [], [], 0)": {"win32": "OSError"},
    "import os, subprocess, sys; r, w = os.pipe(); "
    "subprocess.Popen([sys.executable, '-c', ''], pass_fds=(r,))": {"win32": "ValueError"},
    "import subprocess; subprocess.run(['rm', '--help'])": {"win32": "FileNotFoundError"},
    "import subprocess, sys; subprocess.run([sys.executable, '-V'], env={})": {"win32": "OSError"},
    "f = open('held', 'w'); import os; os.replace('held', 'other')": {"win32": "PermissionError"},
    "open('a:b', 'w')": {"win32": "OSError"},
    "open('aux.txt', 'w')": {"win32": "OSError"},
    "import tempfile; f = tempfile.NamedTemporaryFile(); open(f.name)": {
        "win32": "PermissionError"
    },
    "import ctypes; ctypes.CDLL(None).prctl": {"win32": "TypeError", "darwin": "AttributeError"},
    "import os, tempfile; tempfile.mkdtemp(); os.kill; open('free', 'w').close()": {},
}


def test_what_a_system_lacks_is_taken_away(other: OtherSystem, tmp_path: Path) -> None:
    done = other.run("-c", AS_OURS, *TAKEN_AWAY, folder=tmp_path)
    told = [line[2:] for line in done.stdout.splitlines() if line.startswith("> ")]
    found = dict(zip(TAKEN_AWAY, told, strict=True))
    assert found == {
        source: faults.get(other.system, "no fault") for source, faults in TAKEN_AWAY.items()
    }, done.stderr


def test_every_module_is_imported(other: OtherSystem, tmp_path: Path) -> None:
    done = other.run("-c", ALL_MODULES, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 200


def test_each_command_tells_its_arguments(other: OtherSystem, tmp_path: Path) -> None:
    done = other.run("-m", "autograder", "--help", folder=tmp_path)
    assert [name for name in COMMANDS if name in done.stdout] == [*COMMANDS], done.stderr
    asked = "".join(f"main([{name!r}, '--help'], standalone_mode=False)\n" for name in COMMANDS)
    done = other.run("-c", f"from autograder.cli import main\n{asked}", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage:") == len(COMMANDS)


@pytest.mark.parametrize(
    "encoding", ["cp1252", pytest.param("cp437", marks=pytest.mark.slow), "ascii"]
)
def test_a_console_without_a_sign_ends_no_command(
    other: OtherSystem, tmp_path: Path, encoding: str
) -> None:
    done = other.run(
        "-m", "autograder", "grade", "数 ❌", "--autograder", "x", folder=tmp_path,
        PYTHONIOENCODING=encoding,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "does not exist" in done.stderr
    (tmp_path / "数 ❌").mkdir(exist_ok=True)
    (tmp_path / "no zip").touch()
    done = other.run(
        "-m", "autograder", "grade", "数 ❌", "--autograder", "no zip", folder=tmp_path,
        PYTHONIOENCODING=encoding,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "no zip is not an autograder zip from otter-arrays" in " ".join(done.stderr.split())


@pytest.mark.parametrize("name", ["CON", "aux", "Com1"])
def test_no_assignment_is_called_as_a_device(other: OtherSystem, tmp_path: Path, name: str) -> None:
    done = other.run("-m", "autograder", "new", name, folder=tmp_path)
    assert done.returncode == 1
    assert (
        f"'{name}' is not a name for an assignment: Windows does not allow files with this name; "
        f"write another, such as {name.lower()}-1" in " ".join(done.stderr.split())
    )


def test_a_master_is_written(other: OtherSystem, tmp_path: Path) -> None:
    done = other.run("-m", "autograder", "new", "centred-rows", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    written = tmp_path / "assignments" / "centred-rows" / "centred-rows.ipynb"
    assert nbformat.read(written, as_version=4).cells


def test_a_student_checks_right_and_wrong(
    other: OtherSystem, one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder = tmp_path / "a folder of Zoe"
    shutil.copytree(one_assignment.folder / "student", folder)
    record = one_assignment.record().questions["vmap_over_batch"]
    right = next(iter(record.alternatives.values()))
    wrong = record.misconceptions["flattens_by_feature"].source
    for source, told in (
        (right, "right"),
        (wrong, "CheckFailed: vmap_over_batch returned wrong values in"),
    ):
        file = folder / "answer.py"
        file.write_text(
            "import jax, jax.numpy as jnp\nfrom flax import nnx\n"
            + rename(source, "vmap_over_batch"),
            encoding="utf-8",
        )
        done = other.run("-c", CHECK, "answer.py", folder=folder)
        assert told in done.stdout + done.stderr, done.stderr
        assert ("CheckFailed" in done.stderr) == (told != "right"), done.stderr


def test_a_zip_that_requires_isolation_grades_nothing(
    other: OtherSystem, one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    (tmp_path / "class").mkdir()
    shutil.copy(one_assignment.untouched, tmp_path / "class")
    reconfigured(one_assignment.zip, tmp_path / "a.zip", isolation="required")
    done = other.run(
        "-m", "autograder", "grade", "class", "--autograder", "a.zip", folder=tmp_path
    )  # fmt: skip
    assert done.returncode == 1
    told = " ".join(done.stderr.split())
    assert f"has `isolation: required`, but {NAMES[other.system]} has no isolation: grade" in told
    assert told.endswith(
        "on Linux, in WSL or in a container, or build the zip with `isolation: best`"
    )
    assert not (tmp_path / "graded" / "submissions").exists()


@pytest.mark.slow
def test_what_a_submission_may_cost_is_limited(other: OtherSystem, tmp_path: Path) -> None:
    done = other.run("-c", LIMITS, folder=tmp_path)
    assert done.stdout.splitlines() == [
        "answer: 45: False",
        "time: took longer than 2 seconds: False",
        "memory: used more than 858 MB of memory: False",
        f"threads: started more than {MAX_THREADS} threads: False",
        "files: left more than 512 MB or 20000 files in its folder: False",
        "exit: ended the process: False",
    ], done.stdout + done.stderr


def test_a_submission_ends_with_its_grader(other: OtherSystem, tmp_path: Path) -> None:
    grader = subprocess.Popen(
        [str(other.python), "-c", GRADER],
        cwd=tmp_path,
        env=other.environment(),
        stdout=subprocess.PIPE,
        encoding="cp1252",
    )
    assert grader.stdout is not None
    number, _, folder = grader.stdout.readline().strip().partition(" ")
    worker = psutil.Process(int(number))
    assert Path(folder).is_dir()
    grader.kill()
    grader.communicate()
    worker.wait(timeout=60)
    until = time.monotonic() + 60
    while Path(folder).exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_levels_are_told_as_they_are(other: OtherSystem, tmp_path: Path) -> None:
    """There is one, at which everything is open but the count of threads."""
    done = other.run("-m", "autograder", "isolation", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (done.stdout.count("OPEN"), done.stdout.count("held")) == (12, 1)
    assert f"On {NAMES[other.system]} nothing keeps a submission from" in done.stdout
    assert ("own user" in done.stdout, "same user" in done.stdout) == (False, True)


@pytest.mark.slow
def test_the_road_of_a_student(
    other: OtherSystem, one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """`otter check`, and a notebook with its kernel and the figure."""
    script = str(ROOT / "tests" / "on_this_system.py")
    done = other.run(script, str(one_assignment.folder), "work", "check", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-3:] == [
        *("checked: right", "checked: untouched", "checked: wrong")
    ]


@pytest.mark.slow
def test_a_class_is_graded(
    other: OtherSystem, one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """Right and wrong answers, one that hangs, and one that ends its process."""
    built = tmp_path / "dist" / one_assignment.name
    shutil.copytree(one_assignment.folder, built)
    (archive,) = (built / "autograder").glob("*.zip")
    archive.unlink()
    reconfigured(one_assignment.zip, archive, seconds_per_call=10)
    script = str(ROOT / "tests" / "on_this_system.py")
    done = other.run(script, str(built), "work", "grade", folder=tmp_path, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(f"On {NAMES[other.system]} nothing keeps a submission from") == 1
    results = tmp_path / "work" / "graded" / "submissions" / "right" / "results.json"
    isolation = json.loads(results.read_text(encoding="utf-8"))["extra_data"]["isolation"]
    assert isolation["active"] == ([] if other.system == "win32" else ["limits"])
    assert isolation["missing"]["all"] == (f"no other layer is known for {NAMES[other.system]}")
    assert "start a process" in isolation["open"]


@pytest.mark.slow
def test_an_assignment_is_built_and_its_samples_are_graded(
    other: OtherSystem, tmp_path: Path
) -> None:
    (master,) = (each for each in MASTERS if each.stem == "nnx-vmap-over-batch")
    folder = tmp_path / "masters of Zoe"
    folder.mkdir()
    shutil.copy(master, folder)
    done = other.run(
        "-m", "autograder", "build", "--quick", str(folder / master.name), "--out", "a dist",
        folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    done = other.run("-m", "autograder", "samples", f"a dist/{master.stem}", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("10 / 10" in done.stdout, done.stdout.count("0 / 10")) == (True, 3)


@pytest.mark.slow
def test_the_tests_of_an_assignment_are_audited_where_windows_is_seen(tmp_path: Path) -> None:
    (master,) = (each for each in MASTERS if each.stem == "nnx-batched-init")
    other = OtherSystem(tmp_path, "win32")
    done = other.run(
        "-m", "autograder", "audit", str(master), "--sample", "1", "--out", "the audit",
        folder=tmp_path, timeout=1500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "batched_init_count" in (tmp_path / "the audit" / "audit.html").read_text("utf-8")


def test_the_workflow_runs_the_same_on_the_real_systems() -> None:
    text = (ROOT / ".github" / "workflows" / "desk.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert job["strategy"]["matrix"] == {
        "os": ["windows-latest", "macos-latest"],
        "python": ["3.11", "3.13"],
    }
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["actions/checkout", "actions/setup-python"]
    run = "\n".join(step.get("run", "") for step in job["steps"])
    for path in re.findall(r"(?:assignments|tests)/[\w./-]+", run):
        assert (ROOT / path).is_file(), path
    assert "on_this_system.py" in run
    assert "autograder build" in run
