"""Which of the submitted files is the notebook: folders, scratch notebooks, drafts, and the names
that browsers leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.container.choice import Wanted, bring_up
from autograder.errors import Refused

PLUGIN = "autograder.otter_plugin.ArraysPlugin"
WANTED = Wanted("hw3", frozenset({"the-cell-of-q1"}), frozenset({"rescale"}))
ANSWER, DRAFT = "def rescale(x):\n    return 2 * x", 'def rescale(x):\n    """Twice."""\n    ...'


def notebook(*sources: str, **otter: str) -> str:
    cells = [
        nbformat.v4.new_code_cell(
            source, id="the-cell-of-q1" if source == "of-q1" else f"c{number}"
        )
        for number, source in enumerate(sources)
    ]
    return nbformat.writes(
        nbformat.v4.new_notebook(cells=cells, metadata={"otter": otter} if otter else {})
    )


def lay(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def found(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "name",
    [
        "hw.ipynb",
        "HW.IPYNB",
        "hw.ipynb.txt",
        "hw.ipynb.json",
        "hw",
        "hw.json",
        "my homework.txt",
        "hw (1).ipynb",
    ],
)
def test_a_notebook_under_any_name_and_in_any_folder_is_brought_up(
    tmp_path: Path, name: str
) -> None:
    for above in ("", "hw1/", "a/b/c/"):
        folder = tmp_path / above.replace("/", "_")
        lay(
            folder,
            {
                f"{above}{name}": notebook(ANSWER),
                f"{above}helper.py": "x = 1",
                f"{above}data/points.csv": "1",
                "__MACOSX/._hw.ipynb": "x",
            },
        )
        assert bring_up(folder, WANTED) == []
        (top,) = folder.glob("*.ipynb")
        assert ANSWER in nbformat.read(top, as_version=4).cells[0].source
        assert (folder / "helper.py").read_text() == "x = 1"
        assert (folder / "data" / "points.csv").read_text() == "1"


SCRATCH = notebook("1 + 1")


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({"hw3.ipynb": notebook(ANSWER), "scratch.ipynb": SCRATCH}, "hw3.ipynb"),
        ({"final.ipynb": notebook(ANSWER), "scratch.ipynb": SCRATCH}, "final.ipynb"),
        ({"mine.ipynb": notebook("of-q1"), "lecture.ipynb": SCRATCH}, "mine.ipynb"),
        (
            {
                "a.ipynb": notebook("x", assignment_name="hw2"),
                "b.ipynb": notebook("x", assignment_name="hw3"),
            },
            "b.ipynb",
        ),
        ({"hw3.ipynb": notebook(DRAFT), "hw3 (1).ipynb": notebook(ANSWER)}, "hw3 (1).ipynb"),
        ({"hw3.ipynb": notebook(ANSWER), "hw3 (1).ipynb": notebook(DRAFT)}, "hw3.ipynb"),
        ({"hw3.ipynb": notebook(ANSWER), "hw3 (1).ipynb": notebook(ANSWER + " + 0")}, "hw3.ipynb"),
        ({"hw3.ipynb": notebook(ANSWER), "copy.ipynb": notebook(ANSWER)}, "hw3.ipynb"),
        ({"hw3.ipynb": notebook(ANSWER), "broken.ipynb": "{"}, "hw3.ipynb"),
        (
            {
                "hw3.ipynb": notebook("%matplotlib inline\n" + ANSWER),
                "old.ipynb": notebook("!ls\n" + DRAFT),
            },
            "hw3.ipynb",
        ),
    ],
)
def test_of_several_notebooks_the_assignments_own_is_graded(
    tmp_path: Path, files: dict[str, str], chosen: str
) -> None:
    lay(tmp_path, files)
    (other,) = set(files) - {chosen}
    assert bring_up(tmp_path, WANTED) == [f"{other} is a further notebook; {chosen} is graded"]
    assert found(tmp_path) == {chosen: files[chosen]}


def test_only_a_true_tie_is_refused_and_names_both(tmp_path: Path) -> None:
    lay(tmp_path, {"a/one.ipynb": notebook(ANSWER), "two.ipynb": notebook(ANSWER + " + 0")})
    with pytest.raises(
        Refused, match=r"^2 notebooks were submitted: a/one\.ipynb, two\.ipynb\. Submit one\.$"
    ):
        bring_up(tmp_path, WANTED)


def test_a_script_in_a_folder_is_brought_up_too(tmp_path: Path) -> None:
    lay(tmp_path, {"hw/answer.py": ANSWER, "hw/data.json": "[1]"})
    assert bring_up(tmp_path, WANTED) == []
    assert (tmp_path / "answer.py").read_text() == ANSWER


def test_what_lies_at_the_top_is_not_replaced(tmp_path: Path) -> None:
    lay(tmp_path, {"hw/answer.ipynb": notebook(ANSWER), "hw/data.csv": "below", "data.csv": "top"})
    bring_up(tmp_path, WANTED)
    assert (tmp_path / "data.csv").read_text() == "top"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"plugins": []},
        {"plugins": [{PLUGIN: None}]},
        {"plugins": [{PLUGIN: {"checks": 5}}]},
        [],
        "no json",
    ],
)
def test_a_configuration_that_says_nothing_is_no_fault(tmp_path: Path, content: Any) -> None:
    (tmp_path / "otter_config.json").write_text(
        content if isinstance(content, str) else json.dumps(content)
    )
    assert Wanted.of(tmp_path / "otter_config.json") == Wanted()


def test_the_configuration_tells_what_the_notebook_is_known_by(tmp_path: Path) -> None:
    settings = {
        "assignment": "hw3",
        "tests_of_cells": {"the-cell-of-q1": ["q1"]},
        "checks": {"q1": [["rescale", "public"], None]},
    }
    (tmp_path / "otter_config.json").write_text(json.dumps({"plugins": [{PLUGIN: settings}]}))
    assert Wanted.of(tmp_path / "otter_config.json") == WANTED
