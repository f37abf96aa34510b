"""A real worker: what it may not do, and the cause for each way in which it can stop answering.

Covers too: `sandbox.confined.confine`, `sandbox.confined.landlock`, `sandbox.confined.memory`,
`sandbox.confined.needed`, `sandbox.confined.probe`, `sandbox.confined.worker`, `sandbox.endings`,
`sandbox.levels`, `sandbox.after_the_start`, `sandbox.settings`, `sandbox.started`,
`sandbox.surroundings`, `sandbox.users`, `sandbox.watchers`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import at_each_level
import numpy as np
import pytest
from shared import ROOT

from autograder.sandbox import levels, users
from autograder.sandbox.confined.confine import LAYERS, MAX_THREADS
from autograder.sandbox.endings import Died, Unconfined
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Limits, Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")

SHORT = Limits(cell_seconds=20, call_seconds=20, resident_bytes=1500 * 2**20)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "bank").write_text("the hidden bank")
    folder.chmod(0o700)
    return folder


@pytest.fixture
def worker(secret: Path) -> Iterator[Worker]:
    started = Worker(Settings(hidden=[str(secret), str(secret / "bank")], limits=SHORT))
    yield started
    started.end()


def run(worker: Worker, source: str, seconds: float = 20) -> dict[str, Any]:
    return dict(worker.ask({"do": "cell", "source": source}, {}, seconds).header)


def test_no_hole_is_open_and_every_layer_is_active(worker: Worker) -> None:
    assert list(worker.started.open_holes) == []
    assert dict(worker.started.missing) == {}
    assert {"limits", "no_new_privs", "parent_death", "landlock", "seccomp"} <= set(
        worker.started.active
    )


def test_cells_share_a_namespace_and_show_what_they_print_and_evaluate(worker: Worker) -> None:
    assert run(worker, "x = 20\nprint('hello')\nx + 1")["printed"] == "hello\nOut[0]: 21\n"
    assert "stopped" not in run(worker, "%time y = x")
    said = run(worker, "1 / (x - 20)")
    assert said["stopped"]["line"] == 1
    assert "ZeroDivisionError: division by zero" in said["printed"]


def test_the_garbage_of_a_submission_is_collected(worker: Worker) -> None:
    """The process starts without, since imports need none."""
    assert "True" in run(worker, "import gc; gc.isenabled()")["printed"]


def test_jax_and_flax_work_inside(worker: Worker) -> None:
    source = (
        "import jax, jax.numpy as jnp\n"
        "from flax import nnx\n"
        "print(jax.jit(jnp.sum)(nnx.Linear(3, 4, rngs=nnx.Rngs(0))(jnp.ones((2, 3)))).shape)"
    )
    assert run(worker, source, 60)["printed"] == "()\n"


MANY_THREADS = """
import threading
threading.stack_size(65536)
waiting = threading.Event()
started = 0
try:
    for _ in range(3000):
        threading.Thread(target=waiting.wait, args=(30,), daemon=True).start()
        started += 1
    waiting.wait(3)
except RuntimeError:
    print(started < {most})
waiting.set()
"""

POOLS = """
import concurrent.futures, time
import jax, jax.numpy as jnp
jnp.ones((300, 300)) @ jnp.ones((300, 300))
with concurrent.futures.ThreadPoolExecutor(100) as pool:
    print(sum(pool.map(lambda n: time.sleep(0.2) or n, range(200))))
"""


@pytest.mark.parametrize("user", at_each_level.USERS)
def test_three_thousand_threads_are_too_many_and_a_hundred_are_not(user: str) -> None:
    found = at_each_level.run(user, MANY_THREADS.format(most=MAX_THREADS))
    if user == "own":  # the system refuses the next thread
        assert found["printed"] == "True\n"
    else:
        assert found["died"] == f"started more than {MAX_THREADS} threads"
    assert at_each_level.run(user, POOLS)["printed"] == "19900\n"


@pytest.mark.parametrize(
    "source",
    [
        "open({secret!r}).read()",
        "import os; os.listdir(os.path.dirname({secret!r}))",
        "import os; os.listdir('/')",
        "import os; os.listdir('/tmp')",
        "import os; open(f'/proc/{{os.getppid()}}/environ').read()",
        "import os; open(f'/proc/{{os.getppid()}}/mem', 'rb')",
        "import os; open('/proc/1/cmdline').read()",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {{}})",
        "import pty; pty.fork()",
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import os; os.memfd_create('x')",
        "import os; os.setsid()",
        "import os; os.chroot('.')",
        "import os; os.setuid(0); os.setgroups([0])",
        "open('/usr/x', 'w')",
        "open('/tmp/x', 'w')",
        "import os; os.symlink('/etc/shadow', 'link'); open('link').read()",
        "import resource; resource.prlimit(__import__('os').getppid(), resource.RLIMIT_CPU, (1, "
        "1))",
    ],
)
def test_what_a_submission_may_not_do_raises(worker: Worker, secret: Path, source: str) -> None:
    said = run(worker, source.format(secret=str(secret / "bank")))
    assert "stopped" in said, said["printed"]
    assert (
        "PermissionError" in said["printed"]
        or "OSError" in said["printed"]
        or "BlockingIOError" in said["printed"]
    ), said["printed"]


def test_the_scratch_folder_is_the_submissions_own(worker: Worker) -> None:
    said = run(
        worker,
        "import os, tempfile\n"
        "open('a.txt', 'w').write('x')\n"
        "print(open('a.txt').read(), os.path.exists(tempfile.gettempdir()))",
    )
    assert said["printed"] == "x True\n"


def test_the_environment_of_the_grader_is_not_the_workers(
    monkeypatch: pytest.MonkeyPatch, secret: Path
) -> None:
    monkeypatch.setenv("A_TOKEN", "s3cret")
    worker = Worker(Settings(hidden=[str(secret)], limits=SHORT))
    try:
        assert "s3cret" not in run(worker, "import os; print(dict(os.environ))")["printed"]
    finally:
        worker.end()


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import os; os._exit(3)", "ended the process"),
        ("import os, signal; os.kill(os.getpid(), 9)", "was killed (SIGKILL)"),
        ("import ctypes; ctypes.string_at(0)", "was killed (SIGSEGV)"),
        ("while True: pass", "took longer than 3 seconds"),
        ("import time; time.sleep(1000)", "took longer than 3 seconds"),
        (
            "import os\nfor d in range(3, 60):\n    try: os.close(d)\n    except OSError: pass",
            "ended the process",
        ),
    ],
)
def test_a_worker_that_stops_answering_is_told_with_its_cause(
    worker: Worker, source: str, cause: str
) -> None:
    with pytest.raises(Died, match=f"^{cause.replace('(', '[(]').replace(')', '[)]')}$"):
        run(worker, source, 3 if "longer" in cause else 20)


def test_data_that_stays_does_not_make_every_request_compile_again(secret: Path) -> None:
    worker = Worker(Settings(hidden=[str(secret)], limits=Limits(resident_bytes=900 * 2**20)))
    run(
        worker,
        """
import jax, numpy as np
data = np.ones(50_000_000)
traced = 0
@jax.jit
def twice(x):
    global traced
    traced += 1
    return 2 * x
""",
    )
    call = "twice(np.ones(3)); print(traced)"
    said = [run(worker, call)["printed"] for _ in range(4)]
    run(worker, "del data")
    run(worker, "data = np.ones(40_000_000)")  # less than before, but more than it may keep
    said.append(run(worker, call)["printed"])
    worker.end()
    assert said == ["1\n"] * 4 + ["2\n"]


def test_a_worker_that_takes_too_much_memory_is_told_so(worker: Worker) -> None:
    with pytest.raises(Died, match=r"^used more than 1500 MB of memory$"):
        run(worker, "kept = []\nwhile True:\n    kept.append(b'x' * 50_000_000)", 60)


def test_nonsense_on_the_pipe_is_told(worker: Worker) -> None:
    source = (
        "import os\n"
        "for d in range(3, 60):\n"
        "    try:\n"
        "        if os.readlink(f'/proc/self/fd/{d}').startswith('pipe'): os.write(d, b'\\xff' * "
        "64)\n"
        "    except OSError: pass"
    )
    with pytest.raises(Died, match=r"^sent something that is not an answer$"):
        run(worker, source)


def test_prints_are_kept_up_to_a_limit_and_floods_below_python_go_nowhere(worker: Worker) -> None:
    said = run(
        worker,
        "import os\n"
        "for _ in range(200):\n"
        "    print('y' * 1_000_000)\n"
        "    os.write(1, b'z' * 1_000_000)",
        60,
    )
    assert said["printed"] == "y" * 20_000


def test_nothing_of_the_submission_is_left_after_the_end(worker: Worker, secret: Path) -> None:
    pid = worker._process.pid
    run(
        worker,
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,)).start()\n"
        "import atexit; atexit.register(print)",
    )
    scratch = worker._scratch
    worker.end()
    assert not Path(f"/proc/{pid}").exists()
    assert not scratch.exists()


def test_required_isolation_fails_closed_and_names_the_hole(
    secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.sandbox.surroundings.readable", lambda: ["/"])
    with pytest.raises(Unconfined, match="read hidden files"):
        Worker(Settings(hidden=[str(secret)], limits=SHORT, own_user=False))
    worker = Worker(Settings(hidden=[str(secret)], limits=SHORT, level="best", own_user=False))
    assert "read hidden files" in worker.started.open_holes
    worker.end()


def test_files_of_the_submission_are_there(secret: Path, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "data.csv").write_text("1,2")
    worker = Worker(Settings(hidden=[str(secret)], files=str(files), limits=SHORT))
    assert run(worker, "print(open('data.csv').read())")["printed"] == "1,2\n"
    worker.end()


def test_a_call_gets_arrays_in_and_out(worker: Worker) -> None:
    run(worker, "def f(x, n):\n    return x * n")
    frame = worker.ask(
        {"do": "judge", "name": "f", "arguments": [["x", "jax"], ["n", "float"]], "way": {}},
        {"x": np.arange(3.0, dtype=np.float32), "n": np.asarray(2)},
        20,
    )
    np.testing.assert_array_equal(frame.arrays["returned/"], [0.0, 2.0, 4.0])


def test_starting_and_ending_leaves_no_descriptor_open(secret: Path) -> None:
    Worker(Settings(hidden=[str(secret)], limits=SHORT)).end()
    before = len(list(Path("/proc/self/fd").iterdir()))
    Worker(Settings(hidden=[str(secret)], limits=SHORT)).end()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give the worker a user of its own")
def test_with_a_user_of_its_own_nothing_is_open_even_without_landlock_and_nothing_is_left(
    secret: Path,
) -> None:
    """In an interpreter that every user can start; the one that runs the tests need not be."""
    found = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    script = secret.parent / "script.py"
    script.write_text(
        "import sys\n"
        "from autograder.sandbox import host, users\n"
        "if users.worker_uid() is None: sys.exit(77)\n"
        f"worker = host.Worker(host.Settings(hidden=[{str(secret)!r}, {str(secret / 'bank')!r}], "
        "level='required', leave_out=['landlock']))\n"
        "print(worker.started.user, 'landlock' in worker.started.active, "
        "list(worker.started.open_holes))\n"
        "uid = worker._uid\n"
        "worker.end()\n"
        "print(users.processes_of(uid))\n"
    )
    environment = {"PYTHONPATH": f"{sysconfig.get_path('purelib')}:{ROOT}", "PATH": os.defpath}
    for interpreter in (sys.executable, found):
        if not Path(interpreter).exists():
            continue
        done = subprocess.run(
            [interpreter, str(script)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode != 77:
            assert done.stdout == "own False []\n[]\n", done.stderr
            return
    pytest.skip("no interpreter here that an unprivileged user can start")


TOO_LARGE = "left more than 512 MB or 20000 files in its folder"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "for i in range(40):\n"
            "    with open(f'f{i}', 'wb') as f:\n"
            "        for _ in range(60): f.write(b'x' * 2**20)",
            TOO_LARGE,
        ),
        ("import os\nfor i in range(30_000): os.mkdir(f'd{i}')", TOO_LARGE),
        (
            "import os\nfor i in range(101): os.mkdir('d'); os.chdir('d')",
            "left more than 100 folders within each other",
        ),
    ],
    ids=["bytes", "entries", "depth"],
)
def test_a_scratch_folder_that_grows_without_end_is_told(
    worker: Worker, source: str, told: str
) -> None:
    with pytest.raises(Died, match=f"^{told}$"):
        run(worker, f"{source}\nimport time; time.sleep(30)", 40)


def test_layers_can_be_left_out_to_see_what_the_others_hold(secret: Path) -> None:
    worker = Worker(
        Settings(
            hidden=[str(secret)], limits=SHORT, level="best", leave_out=["seccomp"], own_user=False
        )
    )
    try:
        assert worker.started.user == "same"
        assert worker.started.missing == {"seccomp": "turned off on request"}
        assert list(worker.started.open_holes) == [
            "change modes or times of files outside",
            "open a network socket",
            "start a process",
        ]
    finally:
        worker.end()


def test_the_probe_finds_every_hole_where_no_layer_is(secret: Path) -> None:
    level = levels._level(False, "no layer", LAYERS)
    threads = "run a thousand threads"  # the grader counts threads without any layer
    assert tuple(level.open_holes) == tuple(name for name in levels.TRIES if name != threads)
    assert list(level.active) == []


def test_no_layer_is_put_on_that_has_no_name(worker: Worker) -> None:
    assert set(worker.started.active) | set(worker.started.missing) <= set(LAYERS)


def test_of_the_functions_that_calls_return_the_oldest_are_forgotten(worker: Worker) -> None:
    run(worker, "def f(): return [lambda n=n: n for n in range(10_001)]")
    call: dict[str, Any] = {"do": "operate", "operation": "__call__"}
    call["arguments"] = {"list": [{"list": []}, {"dict": []}]}
    returned = worker.ask({**call, "target": {"name": "f"}}, {}, 20).header["value"]["list"]
    targets = [{"kept": each["ref"]["kept"]} for each in returned]
    assert worker.ask({**call, "target": targets[0]}, {}, 20).header["raised"] == "KeyError"
    assert worker.ask({**call, "target": targets[1]}, {}, 20).header["value"] == 1


def test_a_process_whose_name_is_no_text_is_found(tmp_path: Path) -> None:
    named = os.fsencode(tmp_path) + b"/\xff\xfe"
    shutil.copy(shutil.which("sleep") or "", named)
    process = subprocess.Popen([named, "60"])
    try:
        assert process.pid in users.processes_of(os.getuid())
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("lives", "said"), [(0.2, "False"), (30, "True")])
def test_a_thread_that_is_about_to_end_is_no_hole_and_one_that_stays_is(
    lives: float, said: str
) -> None:
    source = (
        "import threading, time\n"
        "from autograder.sandbox.confined import confine\n"
        "confine.THREAD_SECONDS = 1.0\n"
        f"threading.Thread(target=time.sleep, args=({lives},), daemon=True).start()\n"
        "print(confine._has_other_threads())"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert done.stdout.strip() == said, done.stderr
