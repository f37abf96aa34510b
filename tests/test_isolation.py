"""The plugin's configuration, the stage on which a submission is graded, and isolation on against off."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import reconfigured
from otter.run import AutograderConfig

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.grading import stage as isolation
from autograder.grading.configuration import ConfigError, Isolation
from autograder.grading.notebook import without_submitted_code
from autograder.otter_plugin import ArraysPlugin
from autograder.sandbox import files
from autograder.sandbox.files import take_files


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"isolation": "some"}, "isolation='some' is not one of required, best, off"),
        ({"seconds_per_call": 0}, "seconds_per_call=0 (type=int) is not a number above 0"),
        ({"seconds_per_cell": "9"}, "seconds_per_cell='9' (type=str) is not a number above 0"),
        ({"seconds_per_submission": True}, "seconds_per_submission=True (type=bool) is not a number above 0"),
        ({"memory_mb": -1}, "memory_mb=-1 (type=int) is not a number above 0"),
        (
            {"memory": 100},
            "'memory' is not a setting of this plugin; the settings are isolation, memory_mb, seconds_per_call, seconds_per_cell, seconds_per_submission",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Isolation.of(config, container=True)
    assert str(caught.value) == message


def test_settings_reach_the_limits() -> None:
    chosen = Isolation.of(
        {"isolation": "best", "seconds_per_call": 3, "seconds_per_cell": 4.5, "seconds_per_submission": 60, "memory_mb": 700}, container=True
    )
    assert (chosen.level, chosen.limits.call_seconds, chosen.limits.cell_seconds) == ("best", 3, 4.5)
    assert (chosen.limits.submission_seconds, chosen.limits.resident_bytes) == (60, 700 * 2**20)
    assert Isolation.of({"isolation": False}, container=True).level == "off"  # what YAML makes of a bare `off`


def test_isolation_is_required_in_a_container_and_the_best_elsewhere() -> None:
    assert Isolation.of({}, container=True).level == "required"
    assert Isolation.of({}, container=False).level == "best"


def test_plain_files_are_taken_and_everything_else_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 100)
    folder, holding = tmp_path / "submission", tmp_path / "holding"
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "nb.ipynb").write_text("{}")
    (folder / "numpy.py").write_text("evil")
    (folder / "data" / "deep" / "x.csv").write_text("1")
    (folder / "big").write_text("x" * 101)
    (folder / ".OTTER_LOG").write_bytes(b"pickle")
    (folder / "bank").write_text("hidden")
    (tmp_path / "outside").write_text("outside")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "data" / "folder_link").symlink_to(tmp_path)
    os.mkfifo(folder / "fifo")
    left = take_files(folder, holding, keep={"nb.ipynb"}, leave_out={"bank"})
    assert [path.name for path in folder.iterdir()] == ["nb.ipynb"]
    assert {str(path.relative_to(holding)) for path in holding.rglob("*") if path.is_file()} == {"numpy.py", "data/deep/x.csv", ".OTTER_LOG"}
    assert left == [
        "big is over the limits on files beside a notebook",
        "data/folder_link is not a plain file",
        "fifo is not a plain file",
        "link is not a plain file",
    ]
    assert (tmp_path / "outside").read_text() == "outside"


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="root removes closed folders anyway, and must become another user")
def test_closed_folders_are_removed_by_an_owner_who_is_not_root(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "closed" / "in").mkdir(parents=True)
    for path in (folder / "closed" / "in", folder / "closed", folder):
        os.chown(path, 65534, 65534)
        path.chmod(0)
    script = inspect.getsource(files.remove) + f"\nremove(Path({str(folder)!r}))"
    command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/python3", "-c"]
    subprocess.run([*command, f"import contextlib, os, subprocess\nfrom pathlib import Path\n{script}"], check=True)
    assert not folder.exists()


@pytest.mark.parametrize(("limit", "value"), [("MAX_FILES", 2), ("MAX_TOTAL", 2), ("MAX_DEPTH", 1)])
def test_every_limit_on_files_beside_a_notebook_leaves_something_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(files, limit, value)
    (tmp_path / "submission" / "a" / "b").mkdir(parents=True)
    for name in ("a/1", "a/2", "a/b/3"):
        (tmp_path / "submission" / name).write_text("x")
    left = take_files(tmp_path / "submission", tmp_path / "holding", keep=(), leave_out=())
    taken = sorted(str(path.relative_to(tmp_path / "holding")) for path in (tmp_path / "holding").rglob("*") if path.is_file())
    assert taken == ["a/1", "a/2"]
    assert left == (["a/b is a folder more than 1 deep"] if limit == "MAX_DEPTH" else ["a/b/3 is over the limits on files beside a notebook"])


def test_a_setting_that_cannot_be_used_stops_the_build_and_leaves_grading_without_a_verdict(tmp_path: Path) -> None:
    for settings, config, words in (
        ({"isolation": "some"}, {}, "isolation='some' is not one of required, best, off"),
        (
            {},
            {"grade_from_log": True},
            "grade_from_log=True cannot be used with this plugin: Otter's log is a pickle that the submission brings along",
        ),
    ):
        (tmp_path / "results").mkdir(exist_ok=True)
        plugin = ArraysPlugin(str(tmp_path / "submission" / "nb.ipynb"), {}, settings)
        with pytest.raises(ConfigError) as caught:
            plugin.during_generate({"plugins": [], **config}, None)
        assert str(caught.value) == words
        with pytest.raises(ConfigError):
            plugin.before_grading(AutograderConfig(config))
        (row,) = json.loads((tmp_path / "results" / "results.json").read_text())["tests"]
        assert "score" not in row
        assert row["output"].startswith(f"Ungraded: the autograder's configuration cannot be used: {words}. Please tell your instructor")


def test_no_line_of_the_submission_is_code_in_ottos_notebook() -> None:
    notebook = nbformat.v4.new_notebook(metadata={"otter": {"tests": {"q1": "forged"}}, "kernelspec": {"name": "evil", "display_name": "evil"}})
    notebook.cells = [
        nbformat.v4.new_code_cell("print('\\'); __import__('os').system('x') #')", metadata={"otter": {"tests": ["q1"]}, "tags": ["other"]}, id="a"),
        nbformat.v4.new_markdown_cell("text"),
        nbformat.v4.new_code_cell("x = 1", id="b"),
        nbformat.v4.new_code_cell("left_out_by_otter", metadata={"tags": ["otter_ignore"]}),
        nbformat.v4.new_code_cell("left_out_by_otter", metadata={"otter": {"ignore": True}}),
    ]
    notebook.cells[0].metadata["tags"] = "otter_ignore"  # no list, as the format wants
    made = without_submitted_code(notebook, {"bank": "b"}, {"b": ["q2"]})
    assert [cell.source for cell in made.cells] == [
        "from autograder.grading.kernel import begin\n__otter_arrays__ = begin({'bank': 'b'})",
        f"__otter_arrays__.cell({notebook.cells[0].source!r}, [], globals())",
        "__otter_arrays__.cell('x = 1', ['q2'], globals())",
        "__otter_arrays__.end(globals())",
    ]
    assert made.metadata == {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    assert all(cell.metadata == {} for cell in made.cells)


def test_a_result_is_in_place_before_anything_runs(tmp_path: Path) -> None:
    for name in ("source/files", "submission", "results"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "source" / "files" / "the_bank").write_text("bank")
    (tmp_path / "source" / "files" / "data.csv").write_text("public")
    (tmp_path / "submission" / "nb.ipynb").write_text("{}")
    (tmp_path / "submission" / "data.csv").write_text("public")
    (tmp_path / "submission" / "the_bank").write_text("bank")
    chosen = Isolation.of({"public_files": ["data.csv"], "bank": "the_bank"}, container=False)
    stage = isolation.prepare(chosen, tmp_path / "submission" / "nb.ipynb", container=False)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert results["tests"][0]["output"].startswith("Ungraded: grading did not come to its end")
    assert "score" not in results
    assert "score" not in results["tests"][0]
    assert sorted(path.name for path in (tmp_path / "submission").iterdir()) == ["data.csv", "nb.ipynb"]
    assert [path.name for path in stage.files.iterdir()] == ["data.csv"]
    assert all((tmp_path / name).stat().st_mode & 0o77 == 0 for name in ("source", "submission", "results"))
    isolation.finish(stage)
    assert not stage.holding.exists()


def test_on_and_off_give_the_same_results_but_for_the_report(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    off = reconfigured(one_assignment.zip, tmp_path / "off.zip", isolation="off")
    known = one_assignment.misconceptions("vmap_over_batch")
    for source in (known["flattens_by_feature"].source, one_assignment.alternatives("vmap_over_batch")["by_split_and_merge"]):
        submission = one_assignment.answered({"vmap_over_batch": source})
        confined, beside = otter_run(submission, one_assignment.zip).results, otter_run(submission, off).results
        assert confined is not None
        assert beside is not None
        assert confined["tests"] == beside["tests"]
        assert confined["extra_data"]["isolation"]["open"] == []
        assert beside["extra_data"]["isolation"] == {"level": "off", "left_out": []}


def test_where_nothing_can_be_confined_a_required_isolation_grades_nothing_and_the_best_says_what_is_open(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """No layer exists, as on a system that has none."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent / "without_layers")}
    best = otter_run(one_assignment.solution, one_assignment.zip, env=environment)
    assert best.score == 10
    assert "OPEN: the submission could read hidden files." in best.printed
    required = reconfigured(one_assignment.zip, tmp_path / "required.zip", isolation="required")
    graded = otter_run(one_assignment.solution, required, env=environment)
    assert graded.score is None
    assert graded.sentence.startswith("vmap_over_batch was not called: isolation is required, and here a submission could read hidden files")


def test_a_zip_with_files_that_shadow_modules_is_graded_as_if_they_were_not_there(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    archive = tmp_path / "submission.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.write(one_assignment.untouched, "nnx-vmap-over-batch.ipynb")
        for name in ("otter/__init__.py", "numpy.py", "autograder/__init__.py", "struct.py", "jax.py", "sitecustomize.py"):
            bundle.writestr(name, "raise SystemExit('shadowed')\n")
    graded = otter_run(archive, one_assignment.zip)
    assert graded.score == 0, graded.printed
    shutil.rmtree(tmp_path)
