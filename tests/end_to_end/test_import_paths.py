"""No process that is trusted imports a file of the submission, whatever it is called."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attack_files import INVADED

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
