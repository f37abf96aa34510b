"""Gradescope's launcher leaves a valid result, whatever was submitted and whatever died.

Covers too: `container.runner`, `grading.settings`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from shared import reconfigured

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import check_results
from autograder.container import launcher
from autograder.grading import results
from autograder.sandbox.settings import Limits


def laid_out(
    archive: Path, root: Path, submission: dict[str, Path | bytes], metadata: str = "{}"
) -> Path:
    """A folder like /autograder, with the zip unpacked and something submitted."""
    for name in ("submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(root / "source")
    for name, content in submission.items():
        (root / "submission" / name).write_bytes(
            content if isinstance(content, bytes) else content.read_bytes()
        )
    (root / "submission_metadata.json").write_text(metadata)
    return root


def command(root: Path) -> list[str]:
    """Not in a container: there the launcher would open the folders above the interpreter, and this
    machine is not thrown away afterwards.
    """
    return [
        sys.executable,
        "-I",
        "-m",
        "autograder.container.launcher",
        str(root),
        launcher.OUTSIDE,
    ]


def launched(root: Path) -> dict[str, Any]:
    done = subprocess.run(command(root), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    check_results(found)
    return found


def sentence(found: dict[str, Any]) -> str:
    (row,) = found["tests"]
    assert row["name"] == results.ROW
    return str(row["output"])


def test_a_solution_gets_every_point_and_what_it_took_is_noted(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    root = laid_out(
        one_assignment.zip,
        tmp_path / "autograder",
        {"answer.ipynb": one_assignment.solution},
        metadata="",
    )
    found = launched(root)
    assert all(row["score"] == row["max_score"] for row in found["tests"])
    taken = found["extra_data"]["container"]
    assert taken["seconds"] > 0
    assert 200 < taken["peak_memory_mb"] < 2000
    assert taken["cpus"] >= 1


def test_links_where_files_of_the_assignment_go_lead_nowhere(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    root = laid_out(
        one_assignment.zip, tmp_path / "autograder", {"answer.ipynb": one_assignment.solution}
    )
    for name in (one_assignment.hidden_bank.name, "__init__.py", ".OTTER_LOG"):
        (root / "submission" / name).symlink_to(victim)
    (root / "submission" / "tests").symlink_to(tmp_path)
    found = launched(root)
    assert all(row["score"] == row["max_score"] for row in found["tests"])
    assert victim.read_text() == "untouched"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "Nothing was submitted."),
        (
            {"a.ipynb": b"{}", "b.ipynb": b"{ }"},
            "2 notebooks were submitted: a.ipynb, b.ipynb. Submit one.",
        ),
        (
            {"a.ipynb": b"no json"},
            "a.ipynb is not a notebook: it is not valid JSON (line 1, column 1: Expecting value).",
        ),
    ],
    ids=["nothing", "two", "no-json"],
)
def test_what_otter_cannot_read_gets_no_point_and_one_sentence(
    one_assignment: BuiltAssignment, tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    found = launched(laid_out(one_assignment.zip, tmp_path / "autograder", dict(files)))
    assert found["score"] == 0
    assert sentence(found).startswith(said)


def test_a_runner_that_ends_with_an_error_leaves_an_ungraded_result(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    root = laid_out(
        one_assignment.zip, tmp_path / "autograder", {"answer.ipynb": one_assignment.solution}
    )
    shutil.rmtree(root / "source" / "tests")
    found = launched(root)
    assert "score" not in found
    assert sentence(found) == (
        "Ungraded: the grader ended with an error (status 1); see its output. This is not your "
        "fault; please tell your instructor."
    )


def test_a_runner_that_takes_too_long_is_ended(
    one_assignment: BuiltAssignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "PATIENCE", 0.5)
    archive = reconfigured(one_assignment.zip, tmp_path / "short.zip", seconds_per_submission=1)
    root = laid_out(archive, tmp_path / "autograder", {"answer.ipynb": one_assignment.solution})
    launcher.main(root, container=False)
    found = json.loads((root / "results" / "results.json").read_text())
    assert sentence(found).startswith("Ungraded: grading took longer than 1.5 seconds.")


def test_zero_points_of_otter_that_gave_up_are_no_verdict() -> None:
    assert results.lacks_a_cause(
        {
            "score": 0,
            "tests": [{"name": "Autograder Error", "output": "Otter encountered an error"}],
        }
    )
    assert results.lacks_a_cause({**results.begun(), "extra_data": {}})
    assert not results.lacks_a_cause(results.unfinished("the bank is damaged."))
    assert not results.lacks_a_cause(
        {"tests": [{"name": "f: random sizes", "score": 1.0, "max_score": 1.0}]}
    )


def test_a_submission_has_the_seconds_that_the_plugin_gives_it() -> None:
    assert Limits().submission_seconds == launcher.SECONDS


@pytest.mark.parametrize("victim", ["runner", "launcher"])
def test_killed_it_leaves_an_ungraded_result(
    one_assignment: BuiltAssignment, tmp_path: Path, victim: str
) -> None:
    root = laid_out(
        one_assignment.zip, tmp_path / "autograder", {"answer.ipynb": one_assignment.solution}
    )
    started = subprocess.Popen(command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tree = psutil.Process(started.pid)
    deadline = time.monotonic() + 60
    while not (children := tree.children()) and time.monotonic() < deadline:
        time.sleep(0.02)
    (runner,) = children
    time.sleep(1)
    os.kill(runner.pid if victim == "runner" else started.pid, signal.SIGKILL)
    started.wait()
    found = json.loads((root / "results" / "results.json").read_text())
    check_results(found)
    cause = "the grader was killed (signal 9)." if victim == "runner" else "grading did not finish:"
    assert sentence(found).startswith(f"Ungraded: {cause}")
    if victim == "launcher":
        for process in [runner, *runner.children(recursive=True)]:
            process.kill()


def configured(archive: Path, target: Path, **options: Any) -> Path:
    """A copy of a zip with other options for Otter."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "otter_config.json":
                content = json.dumps({**json.loads(content), **options}).encode()
            new.writestr(entry, content)
    return target


def test_an_exported_zip_is_graded_where_zips_are_asked_for(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    archive = configured(one_assignment.zip, tmp_path / "zips.zip", zips=True)
    exported = tmp_path / "answer_2026_11_21T16_00_00.zip"
    with zipfile.ZipFile(exported, "w") as packed:
        packed.write(one_assignment.solution, "answer.ipynb")
        packed.writestr(".OTTER_LOG", b"no log")
        packed.writestr("__zip_filename__", exported.name)
    found = launched(laid_out(archive, tmp_path / "autograder", {exported.name: exported}))
    assert all(row["score"] == row["max_score"] for row in found["tests"])


def test_a_script_is_graded_like_a_notebook_of_one_cell(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    cells = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and "grader" not in cell.source and "test_" not in cell.source
    ]
    script = "\n\n".join(cells).encode()
    found = launched(laid_out(one_assignment.zip, tmp_path / "autograder", {"answer.py": script}))
    assert all(row["score"] == row["max_score"] for row in found["tests"])
