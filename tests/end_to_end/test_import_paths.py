"""No process that is trusted imports a file of the submission, whatever it is called, nor has a
folder with one on its import path.

`tests/watched_imports.py` is the interpreter that takes down where each process looks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from attack_files import INVADED
from class_commands import table
from watched_imports import Looked, Watched

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.assignment.samples import otter_run
from autograder.classroom.station import Station
from autograder.container import launcher
from autograder.runtime import switches

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a submission may write where it likes"
)

NAMES = ("scipy", "cython", "ipykernel_launcher", "autograder", "numexpr")
"""Of scripts, after modules that Otter, its kernel or their libraries import late: those that a
test machine lacks, and those of ours."""

Road = Callable[[BuiltAssignment, Path, str], Any]


@pytest.fixture(autouse=True)
def no_mark() -> Iterator[None]:
    INVADED.unlink(missing_ok=True)
    yield
    INVADED.unlink(missing_ok=True)


def script(built: BuiltAssignment) -> str:
    """A right answer that leaves a mark wherever it may, which is nowhere in its own process."""
    answer = solution_of(built.solution, "vmap_over_batch")
    mark = f"try:\n    open({str(INVADED)!r}, 'x').close()\nexcept OSError:\n    pass\n"
    return f"{mark}import jax\nimport jax.numpy as jnp\nfrom flax import nnx\n{answer}"


def run(built: BuiltAssignment, folder: Path, name: str, **variables: str) -> Any:
    path = folder / f"{name}.py"
    path.write_text(script(built))
    return otter_run(path, built.zip, cwd=folder, env={**os.environ, **variables}).results


def run_without_a_fork(built: BuiltAssignment, folder: Path, name: str) -> Any:
    return run(built, folder, name, **{switches.VARIABLE: "ahead"})


def run_as_gradescope_does(built: BuiltAssignment, folder: Path, name: str) -> Any:
    with zipfile.ZipFile(built.zip) as packed:
        packed.extractall(folder / "source")
    (folder / "submission").mkdir()
    (folder / "submission" / f"{name}.py").write_text(script(built))
    launcher.main(folder, container=False)
    return json.loads((folder / "results" / "results.json").read_text())


def run_in_a_class(built: BuiltAssignment, folder: Path, name: str) -> Any:
    station = Station(built.zip)
    try:
        return station.grade({f"{name}.py": script(built).encode()}).results
    finally:
        station.close()


ROADS: tuple[Road, ...] = (run, run_without_a_fork, run_as_gradescope_does, run_in_a_class)

OFTEN = {("scipy", run), ("ipykernel_launcher", run_without_a_fork), ("cython", run_in_a_class)}


@pytest.mark.parametrize(
    ("name", "road"),
    [
        pytest.param(name, road, marks=() if (name, road) in OFTEN else pytest.mark.slow)
        for name in NAMES
        for road in ROADS
    ],
)
def test_a_script_with_the_name_of_a_module_is_graded_and_imported_nowhere(
    one_assignment: BuiltAssignment, tmp_path: Path, name: str, road: Road
) -> None:
    results = road(one_assignment, tmp_path, name)
    assert not INVADED.exists(), "code of the submission has run outside its process"
    assert sum(row.get("score", 0) for row in results["tests"]) == 10, results["tests"]


MINE = "a_file_of_the_submission"
"""The beginning of the names of such files, by which they are told."""


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    found = Watched(tmp_path / "watched")
    monkeypatch.setattr(sys, "executable", str(found.python))
    return found


def looks_at(looked: Looked, name: str) -> bool:
    """Whether a folder in which a process looked for a module has a file of this name."""
    folders = {os.path.join(looked.current, entry) for entry in looked.path}  # noqa: PTH118
    return any(name in lying for folder in folders for lying in looked.lying.get(folder, ()))


class Sampled:
    """Where the processes below this one work, as the system tells it, while a `with` block runs:
    the folders in which files of the submission lie, but for the submission's own process.
    """

    def __enter__(self) -> Sampled:
        self.seen: set[str] = set()
        self.found: set[str] = set()
        self._running = True
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running = False
        self._thread.join()

    def _look(self) -> None:
        while self._running:
            processes = psutil.Process().children(recursive=True)
            folders = {folder for each in processes if (folder := self._folder(each))}
            if any(Path(folder).name.startswith("submission-") for folder in folders):
                # the submission runs, and that is where
                for folder in folders:
                    if not Path(folder).name.startswith("submission-"):
                        self.seen.add(folder)
                        if any(MINE in name for name in self._in(folder)):
                            self.found.add(folder)
            time.sleep(0.02)

    def _folder(self, process: psutil.Process) -> str:
        try:
            return process.cwd()
        except psutil.Error:
            return ""

    def _in(self, folder: str) -> list[str]:
        try:
            return os.listdir(folder)  # noqa: PTH208
        except OSError:
            return []


@pytest.mark.parametrize(
    "road",
    [
        run,
        pytest.param(run_without_a_fork, marks=pytest.mark.slow),
        run_as_gradescope_does,
        pytest.param(run_in_a_class, marks=pytest.mark.slow),
    ],
)
def test_no_trusted_process_looks_or_works_where_a_submission_lies(
    one_assignment: BuiltAssignment, tmp_path: Path, watched: Watched, road: Road
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with Sampled() as sampled:
        results = road(one_assignment, folder, MINE)
    assert sum(row.get("score", 0) for row in results["tests"]) == 10, results["tests"]
    looked = list(watched.imports())
    assert {"cython", "numexpr"} & {each.name for each in looked}, "nothing is watched"
    assert not [each for each in looked if looks_at(each, MINE)]
    assert sampled.seen
    assert not sampled.found


def everything_called(names: list[str]) -> dict[str, str]:
    """Files that Python imports under these names, in every form that it knows, and that leave a
    mark.
    """
    mark = f"open({str(INVADED)!r}, 'a').close()\n"
    files = {"mine.pth": f"import os; {mark}", "pyvenv.cfg": "home = .\n"}
    for place, name in enumerate(names):
        called = (
            f"{name}.py",
            f"{name}/__init__.py",
            f"{name}.pth",
            f"{name}.so",
            f"{name}.cpython-{sys.version_info.major}{sys.version_info.minor}-x86_64-linux-gnu.so",
        )
        files |= {called[0]: mark, called[2]: f"import os; {mark}", called[3 + place % 2]: "no ELF"}
        files |= {} if place % 3 else {called[1]: mark}
    return files


@pytest.fixture(scope="module")
def missing(dist: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names that trusted processes look for, and find nowhere on this machine."""
    folder = tmp_path_factory.mktemp("missing")
    watched = Watched(folder / "watched")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", str(watched.python))
        run_in_a_class(BuiltAssignment(dist / "nnx-vmap-over-batch"), folder, MINE)
        run(BuiltAssignment(dist / "nnx-vmap-over-batch"), folder, MINE)
    found = {each.name for each in watched.imports()}
    assert {"cython", "sitecustomize"} & found
    return sorted({*found, *NAMES, "sitecustomize", "usercustomize", "pickle", "socket", "typing"})


def answer(built: BuiltAssignment) -> str:
    return nbformat.writes(nbformat.read(built.solution, as_version=4))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["a zip", "as on Gradescope", "in a class", "a zip in a class"])
def test_files_of_every_name_that_is_looked_for_are_imported_by_no_trusted_process(
    one_assignment: BuiltAssignment, tmp_path: Path, missing: list[str], how: str
) -> None:
    files = {**everything_called(missing), "mine.ipynb": answer(one_assignment)}
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    if how == "a zip":
        results = otter_run(packed, one_assignment.zip, cwd=tmp_path).results
    elif how == "as on Gradescope":
        root = tmp_path / "root"
        with zipfile.ZipFile(one_assignment.zip) as archive:
            archive.extractall(root / "source")
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(root / "submission")
        launcher.main(root, container=False)
        results = json.loads((root / "results" / "results.json").read_text())
    else:
        station = Station(one_assignment.zip)
        try:
            given = {name: content.encode() for name, content in files.items()}
            results = station.grade(
                {"mine.zip": packed.read_bytes()} if how == "a zip in a class" else given
            ).results
        finally:
            station.close()
    assert not INVADED.exists(), "code of the submission has run outside its process"
    assert results is not None
    if how != "a zip in a class":  # the command unpacks it, not the station
        assert sum(row.get("score", 0) for row in results["tests"]) == 10, results["tests"]


@pytest.mark.slow
def test_the_command_imports_nothing_of_the_class_that_it_is_started_in(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    names = ("pickle", "socket", "multiprocessing", "selectors", "cython", "numexpr", "secrets")
    for name in names:
        (folder / f"{name}.py").write_text(script(one_assignment))
    command = [
        str(Path(sys.executable).with_name("autograder")),
        *("grade", ".", "--autograder", str(one_assignment.zip), "--workers", "2"),
        *("--out", str(tmp_path / "out"), "--quiet"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not INVADED.exists(), "code of a submission has run outside its process"
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {name: row["total_points_earned"] for name, row in table(tmp_path / "out").items()}
    assert {f"{name}.py": "10.0" for name in names}.items() <= rows.items()
