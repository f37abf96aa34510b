"""A station whose graders die grades submissions again, or says why not.

Covers too: `classroom.warm_grader`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import zipfile
from pathlib import Path

import nbformat
import psutil
import pytest
from attack_files import with_answer
from class_commands import rows_of
from sandbox.test_guard import folder, wait_until, working_in

from autograder.assignment.built import BuiltAssignment
from autograder.classroom.station import Station, StationClosed
from autograder.classroom.warm_samples import WarmSamples
from autograder.runtime import system

__all__ = ["folder"]


def test_a_grader_that_dies_is_replaced_and_the_submission_graded_again(
    one_assignment: BuiltAssignment,
) -> None:
    station = Station(one_assignment.zip)
    # Otherwise a submission's own user could read the bank in it.
    assert station._folder.stat().st_mode & 0o077 == 0
    files = {"a.ipynb": one_assignment.solution.read_bytes()}
    try:
        first = station.grade(files)
        assert station._grader is not None
        os.kill(station._grader.pid, signal.SIGKILL)
        assert rows_of(station.grade(files).results) == rows_of(first.results)
        assert all(row["score"] == row["max_score"] for row in rows_of(first.results))
    finally:
        folder = station._folder
        station.close()
    assert not folder.exists()


@pytest.mark.parametrize("victim", ["otter-kernel", "otter-grader"])
def test_a_grader_that_dies_tries_again_with_every_file(
    one_assignment: BuiltAssignment, victim: str
) -> None:
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    first = next(
        cell for cell in notebook.cells if cell.cell_type == "code" and "import jax" in cell.source
    )
    first.source = f"open('data.txt').close()\n{first.source}"
    station = Station(one_assignment.zip)
    killed: list[int] = []

    def kill_the_first() -> None:
        while not killed:
            for process in psutil.process_iter(["name"]):
                with contextlib.suppress(psutil.Error):
                    if process.info["name"] == victim and str(station._folder) in process.cwd():
                        process.kill()
                        killed.append(process.pid)
                        return
            time.sleep(0.01)

    try:
        thread = threading.Thread(target=kill_the_first)
        thread.start()
        found = station.grade({"a.ipynb": nbformat.writes(notebook).encode(), "data.txt": b"1"})
        thread.join()
    finally:
        station.close()
    assert all(row["score"] == row["max_score"] for row in rows_of(found.results)), found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_no_grader_starts_once_another_thread_has_closed_the_station(
    one_assignment: BuiltAssignment, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """When a class is interrupted, the grading thread sees its grader die, and would try again."""
    end_group = system.end_group

    def slowly(process: int) -> None:
        end_group(process)
        if threading.current_thread() is closing:
            time.sleep(3)

    station = Station(one_assignment.zip)
    monkeypatch.setenv("TMPDIR", str(folder))
    waits = with_answer(one_assignment, "import time\nopen('busy', 'w').close()\ntime.sleep(600)")
    files = {"a.ipynb": nbformat.writes(waits).encode()}
    told: list[type[BaseException]] = []

    def grade() -> None:
        try:
            station.grade(files)
        except (StationClosed, OSError) as ended:
            told.append(type(ended))

    grading, closing = (
        threading.Thread(target=each, daemon=True) for each in (grade, station.close)
    )
    grading.start()
    assert wait_until(lambda: any(folder.glob("submission-*/busy")), 120)
    monkeypatch.setattr(system, "end_group", slowly)
    closing.start()
    closing.join(60)
    grading.join(10)
    left = working_in(station._folder)
    for process in left:
        os.kill(process, signal.SIGKILL)
    assert (left, told, closing.is_alive()) == ([], [StationClosed], False)


def test_a_grader_that_always_ends_with_an_error_says_so_and_why(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    with (
        zipfile.ZipFile(one_assignment.zip) as given,
        zipfile.ZipFile(tmp_path / "without_tests.zip", "w") as changed,
    ):
        for name in given.namelist():
            if not name.startswith("tests/"):
                changed.writestr(name, given.read(name))
    station = Station(tmp_path / "without_tests.zip")
    try:
        found = station.grade({"a.ipynb": one_assignment.solution.read_bytes()})
    finally:
        station.close()
    (row,) = rows_of(found.results)
    assert row["output"].startswith(
        "Ungraded: the grader ended with an error (status 1); see its output."
    )
    assert "FileNotFoundError" in found.printed


def test_a_zip_that_cannot_be_read_spoils_no_later_sample(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    (tmp_path / "damaged.zip").write_bytes(b"PK")
    with WarmSamples(1) as warm:
        assert warm.grade(one_assignment.untouched, one_assignment.zip).score == 0
        with pytest.raises(zipfile.BadZipFile):
            warm.grade(one_assignment.untouched, tmp_path / "damaged.zip")
        assert warm.grade(one_assignment.untouched, one_assignment.zip).score == 0
