"""The `grader` of a student's notebook in a real kernel: what it exports, and what it says.

Covers too: `student.colab`, `student.places`.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

BEGIN = """\
# Initialize Otter
from autograder.student.notebook import Notebook
grader = Notebook("a.ipynb")"""

ANSWER = "def f(x):\n    return x + 1"

EXPORT = "grader.export(pdf=False)"

TEST = """\
from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(points=1, hidden=False)
def test_f(f):
    assert f(1) == 2
"""

STAND_IN = {
    "__init__.py": "",
    "output.py": "",
    "_message.py": (
        "import json\n"
        "def blocking_request(kind, request='', timeout_sec=5, parent=None):\n"
        "    assert kind == 'get_ipynb'\n"
        "    return {'ipynb': json.load(open('../browser.json'))}\n"
    ),
    "files.py": "def download(name):\n    print('downloaded', name)\n",
}
"""The part of the package `google.colab` that a notebook calls, as in Colab's public sources."""


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in (BEGIN, *sources)]
    return nbformat.v4.new_notebook(cells=cells)


def ran(desk: Path, *sources: str, **environment: str) -> str:
    """What the last of these cells prints and returns, in a kernel that runs in `desk`."""
    document = notebook(*sources)
    client = NotebookClient(
        document, kernel_name="python3", resources={"metadata": {"path": str(desk)}}
    )
    kept = ("JPY_SESSION_NAME", "COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE")
    clean = {name: value for name, value in os.environ.items() if name not in kept}
    client.execute(env={**clean, **environment})
    return "\n".join(
        output.get("text") or output["data"]["text/plain"]
        for output in document.cells[-1].outputs
        if output.get("name") != "stderr"
    )


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a saved notebook and its test."""
    folder = tmp_path / "desk"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "q1.py").write_text(TEST)
    nbformat.write(notebook(ANSWER, EXPORT), folder / "a.ipynb")
    return folder


def archive(desk: Path) -> Path:
    (found,) = desk.glob("*.zip")
    return found


def test_the_export_says_what_it_holds(desk: Path) -> None:
    said = ran(desk, ANSWER, EXPORT)
    name = archive(desk).name
    assert said.endswith(f"{name} contains a.ipynb as it was last saved. Hand it in.\n")
    with zipfile.ZipFile(archive(desk)) as opened:
        assert opened.read("a.ipynb") == (desk / "a.ipynb").read_bytes()


def test_an_unsaved_answer_is_not_handed_in_without_a_word(desk: Path) -> None:
    said = ran(desk, "def f(x):\n    return 1 + x", 'grader.check("q1")', EXPORT)
    assert said.endswith(
        f"DO NOT HAND IN {archive(desk).name}: f in it is not what you last ran. Either a.ipynb "
        "is not saved, or you have changed the cell since. Run the cell, save the notebook "
        "(Ctrl+S), and run this cell again.\n"
    )


@pytest.mark.parametrize("name", ["a (1)", "Copy of a", "my homework é"])
def test_a_second_download_of_the_notebook_is_found_and_a_renamed_one(
    desk: Path, name: str
) -> None:
    (desk / "a.ipynb").rename(desk / f"{name}.ipynb")
    (desk / "a2.ipynb").write_text("{}")  # another notebook
    ran(desk, ANSWER, EXPORT)
    assert archive(desk).name.startswith(f"{name}_")


def test_jupyter_says_which_of_two_notebooks_is_open(desk: Path) -> None:
    (desk / "a (1).ipynb").write_bytes((desk / "a.ipynb").read_bytes())
    ran(desk, ANSWER, EXPORT, JPY_SESSION_NAME="somewhere/a (1).ipynb")
    assert archive(desk).name.startswith("a (1)_")


@pytest.mark.parametrize(
    ("variable", "how"),
    [
        ({}, "File → Download"),
        ({"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}, "File → Download Notebook"),
        (
            {"DEEPNOTE_PROJECT_ID": "1"},
            "the menu “…” beside the notebook's name → Export as .ipynb",
        ),
        ({"COLAB_RELEASE_TAG": "x"}, "File → Download → Download .ipynb"),
    ],
)
def test_without_a_file_the_student_is_told_how_to_hand_in(
    desk: Path, variable: dict[str, str], how: str
) -> None:
    (desk / "a.ipynb").unlink()
    assert ran(desk, ANSWER, EXPORT, **variable) == (
        f"This notebook's file is not in {desk}, so no zip was made. Download the notebook "
        f"({how}), and hand in that .ipynb file: it is all that grading needs.\n"
    )
    assert not list(desk.glob("*.zip"))


def test_on_colab_the_notebook_comes_from_the_browser(desk: Path, tmp_path: Path) -> None:
    (desk / "a.ipynb").unlink()
    colab = tmp_path / "google" / "colab"
    colab.mkdir(parents=True)
    for name, content in STAND_IN.items():
        (colab / name).write_text(content)
    open_there = notebook(ANSWER, EXPORT)
    (tmp_path / "browser.json").write_text(json.dumps(open_there))
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    said = ran(desk, ANSWER, EXPORT, COLAB_RELEASE_TAG="x", PYTHONPATH=path)
    name = archive(desk).name
    assert said == f"downloaded {name}\n{name} contains a.ipynb as it was last saved. Hand it in.\n"
    with zipfile.ZipFile(archive(desk)) as opened:
        cells = json.loads(opened.read("a.ipynb"))["cells"]
    assert [cell["source"] for cell in cells] == [cell.source for cell in open_there.cells]


def test_check_all_shows_every_result_or_says_why_there_is_none(desk: Path) -> None:
    assert "All test cases passed!" in ran(desk, ANSWER, "grader.check_all()")
    assert "Test case failed" in ran(desk, "f = print", "grader.check_all()")
    (desk / "tests" / "q1.py").unlink()
    assert ran(desk, ANSWER, "grader.check_all()") == (
        f"There are no tests in {desk / 'tests'}, so nothing was checked. Run the first cell of "
        "the notebook again; it says what is missing.\n"
    )


def test_the_export_shows_no_warning_about_the_kernels_connection(desk: Path) -> None:
    document = notebook(
        "import warnings\n"
        "from autograder.student import notebook\n"
        "line = 'x: Kernel is running over TCP without encryption. All of it.'\n"
        "for text in (line, line + '\\nother', 'more'):\n"
        "    with warnings.catch_warnings(record=True) as caught:\n"
        "        warnings.simplefilter('always')\n"
        "        warnings.warn(text, RuntimeWarning)\n"
        "    with warnings.catch_warnings(record=True) as left:\n"
        "        warnings.simplefilter('always')\n"
        "        notebook._show_others(caught)\n"
        "    print([str(each.message) for each in left])"
    )
    NotebookClient(document, resources={"metadata": {"path": str(desk)}}).execute()
    assert document.cells[-1].outputs[0].text == "[]\n['other']\n['more']\n"


@pytest.mark.slow
def test_the_zip_is_tried_without_any_word_in_red(desk: Path) -> None:
    document = notebook(ANSWER, "grader.export(pdf=False, run_tests=True)")
    nbformat.write(document, desk / "a.ipynb")
    NotebookClient(document, resources={"metadata": {"path": str(desk)}}).execute()
    outputs = document.cells[-1].outputs
    assert [each.text for each in outputs if each.get("name") == "stderr"] == []
    assert "All test cases passed!" in "".join(each.get("text", "") for each in outputs)
