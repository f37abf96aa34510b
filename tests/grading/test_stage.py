"""The stage on which a submission is graded."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from autograder.grading import results
from autograder.grading import stage as isolation
from autograder.grading.configuration import Isolation


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
    written = json.loads((tmp_path / "results" / "results.json").read_text())
    assert written["tests"][0]["output"].startswith("Ungraded: grading did not finish")
    assert "score" not in written
    assert "score" not in written["tests"][0]
    assert sorted(path.name for path in (tmp_path / "submission").iterdir()) == [
        "data.csv",
        "nb.ipynb",
    ]
    assert [path.name for path in stage.files.iterdir()] == ["data.csv"]
    assert all(
        (tmp_path / name).stat().st_mode & 0o77 == 0 for name in ("source", "submission", "results")
    )
    isolation.finish(stage)
    assert not stage.holding.exists()


def laid_out(root: Path, given: dict[str, str], submitted: dict[str, str]) -> Path:
    """The folders of a grading after Otter has copied the assignment's files. Returns the
    submission.
    """
    for name in ("source/files", "submission", "results"):
        (root / name).mkdir(parents=True)
    for folder, files in (("source/files", given), ("submission", {**given, **submitted})):
        for name, content in files.items():
            (root / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (root / folder / name).write_text(content)
    return root / "submission" / "nb.ipynb"


def found_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


PUBLIC = {"data/x.csv": "ours", "course/tools.py": "ours", "scipy.py": "ours"}
GIVEN = {
    "data/x.csv": "ours",
    "data/answers.csv": "secret",
    "course/tools.py": "ours",
    ".handed_out/scipy.py": "ours",
    ".handed_out/nb.ipynb": "another",
    "the_bank": "bank",
}


def test_handed_out_files_are_where_they_were_handed_out_and_as_they_were(tmp_path: Path) -> None:
    submitted = {
        "nb.ipynb": "{}",
        "data/x.csv": "theirs",
        "data/mine.csv": "theirs",
        "scipy.py": "theirs",
        "numexpr.py": "theirs",
    }
    notebook = laid_out(tmp_path, GIVEN, submitted)
    settings = {"public_files": list(PUBLIC), "bank": "the_bank"}
    chosen = Isolation.of(settings, container=False)
    stage = isolation.prepare(chosen, notebook, container=False)
    mine = {"data/mine.csv": "theirs", "numexpr.py": "theirs"}
    assert found_in(stage.files) == {**PUBLIC, **mine}
    # Otter's kernel imports from this folder, so it has nothing of the student's but what it reads.
    assert found_in(notebook.parent) == {**PUBLIC, "data/answers.csv": "secret", "nb.ipynb": "{}"}
    assert stage.left_out == []
    isolation.finish(stage)


def test_files_are_in_place_without_isolation_too(tmp_path: Path) -> None:
    notebook = laid_out(tmp_path, GIVEN, {"nb.ipynb": "{}"})
    chosen = Isolation.of({"isolation": "off", "bank": "the_bank"}, container=False)
    isolation.prepare(chosen, notebook, container=False)
    assert (notebook.parent / "scipy.py").read_text() == "ours"
    assert notebook.read_text() == "{}"


def test_a_result_of_another_plugin_is_not_replaced(tmp_path: Path) -> None:
    notebook = laid_out(tmp_path, {}, {"nb.ipynb": "{}"})
    file = tmp_path / "results" / "results.json"
    for content in ({"tests": [], "output": "You are late."}, results.unfinished("a fault.")):
        file.write_text(json.dumps(content))
        isolation.prepare(Isolation.of({}, container=False), notebook, container=False)
        assert json.loads(file.read_text()) == content
    file.write_text("{")
    isolation.prepare(Isolation.of({}, container=False), notebook, container=False)
    assert json.loads(file.read_text()) == results.begun()


@pytest.mark.parametrize(
    "written",
    [
        "name = 'Zoë'\r\n".encode("utf-8-sig"),
        "name = 'Zoë'\n".encode(),
        "name = 'Zoë'\r\n".encode("cp1252"),
        "# -*- coding: latin-1 -*-\nname = 'Zoë'\n".encode("latin-1"),
    ],
    ids=["with a mark", "UTF-8", "Windows", "with a cookie"],
)
def test_a_script_is_read_in_the_encoding_that_it_has(tmp_path: Path, written: bytes) -> None:
    script = laid_out(tmp_path, {}, {}).with_name("answer.py")
    script.write_bytes(written)
    stage = isolation.prepare(Isolation.of({}, container=False), script, container=False)
    (cell,) = isolation.put_away(stage, script, nbformat.v4.new_notebook()).cells
    names: dict[str, str] = {}
    exec(cell.source, names)
    assert names["name"] == "Zoë"
    isolation.finish(stage)
