"""The first cell of a student's notebook: what it brings, what it never brings, and what it says.

Covers too: `assignment.needed_modules`, `assignment.stripped`, `student.bring`,
`student.installing`.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import nbformat
import pytest

from autograder.assignment import student_notebook
from autograder.assignment.needed_modules import imports, needed_modules
from autograder.assignment.stripped import strip
from autograder.bank.filenames import PUBLIC_FILE
from autograder.bank.storage import save
from autograder.build.banks import build
from autograder.questions.question import declared_inside
from autograder.student.bring import MARK
from autograder.verdicts.judging import BY_WORDS

NEEDS = ("jax>=0.7", "numpy>=2.0")

TEST = """\
from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(points=1, hidden=False)
def test_small_cases(scale_rows):
    from autograder import check

    check("scale_rows", scale_rows)
"""

RIGHT = """
import jax
def scale_rows(seed, x, factor):
    draws = jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1))
    return (x * draws * int(factor)).sum(axis=1)
"""

CHECK = f"{RIGHT}\nfrom autograder import check\nimport autograder\nprint(autograder.__file__)\n"


def scale_rows(seed: float, x: Any, factor: float) -> Any:
    draws = jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1))
    return (x * draws * int(factor)).sum(axis=1)


@pytest.fixture
def handed_out(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A student's notebook as Otter writes it for Colab, with its test and public cases."""
    folder = tmp_path / "handed-out"
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "q1.py").write_text(TEST)
    (folder / "requirements.txt").write_text("jax\n")
    with declared_inside():
        built = build(
            "scales", [request.getfixturevalue("scale_question")], {"scale_rows": scale_rows}, "a"
        )
    save(built.public, folder / PUBLIC_FILE)
    cells = [
        nbformat.v4.new_code_cell("%pip install -q otter-grader"),
        nbformat.v4.new_code_cell("# Initialize Otter\nimport otter\ngrader = otter.Notebook()"),
        nbformat.v4.new_code_cell('grader.check("q1")'),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["otter"] = {"assignment_name": "scales"}
    nbformat.write(notebook, folder / "scales.ipynb")
    return folder / "scales.ipynb"


def first_cell(notebook: Path, *, alone: bool = True, needs: tuple[str, ...] = NEEDS) -> str:
    student_notebook.write(notebook, needs, alone=alone)
    return str(nbformat.read(notebook, as_version=4).cells[0].source)


def ran(cells: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """How a Python in `folder` responds to these cells. Its error is a sentence from the first
    cell.
    """
    code = (
        "import sys\nsys.excepthook = lambda kind, fault, trace: print("
        "*(fault._render_traceback_() if hasattr(fault, '_render_traceback_') else [fault]), "
        "file=sys.stderr)\n"
    )
    folder.mkdir(exist_ok=True)
    (folder.parent / "cells.py").write_text(code + cells, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", f"exec(open({str(folder.parent / 'cells.py')!r}).read())"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_otters_cells_get_ours_before_them_and_our_grader(handed_out: Path) -> None:
    size = student_notebook.write(handed_out, NEEDS, alone=True)
    notebook = nbformat.read(handed_out, as_version=4)
    nbformat.validate(notebook)
    first, init, check = notebook.cells
    assert size == len(first.source.encode())
    assert first.source.startswith("#@title Run this cell first: ")
    assert first.metadata["cellView"] == "form"
    assert first.metadata["jupyter"] == {"source_hidden": True}
    assert first.metadata["tags"] == ["otter_ignore"]
    assert init.source == (
        "# Initialize Otter\n"
        "try:\n"
        "    from autograder.student.notebook import Notebook\n"
        "except ModuleNotFoundError:\n"
        "    raise ModuleNotFoundError('Run the first cell of this notebook: it brings what the "
        "checks need, or says what is missing.') from None\n"
        'grader = Notebook("scales.ipynb")'
    )
    assert check.source == 'grader.check("q1")'


def test_the_first_cell_is_at_most_64_kilobytes(handed_out: Path) -> None:
    assert student_notebook.write(handed_out, NEEDS, alone=True) < 64_000


def test_alone_in_an_empty_folder_it_checks_with_what_it_has_brought(
    handed_out: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    wrong = "\ncheck('scale_rows', lambda seed, x, factor: x.sum(axis=1))"
    cell = first_cell(handed_out)
    done = ran(f"{cell}\n{CHECK}check('scale_rows', scale_rows){wrong}", empty)
    ready, file = done.stdout.splitlines()
    assert ready.startswith("Ready: q1 of scales can be checked here, with jax ")
    assert Path(file) == empty / "autograder" / "__init__.py"
    assert "case 1 of" in done.stderr
    assert "returned wrong values in" in done.stderr
    # Once more: nothing is new, and nothing is said of it.
    again = ran(f"{cell}\n{cell}\n{CHECK}check('scale_rows', scale_rows)", empty)
    assert (again.stderr, len(again.stdout.splitlines())) == ("", 3)


def test_it_brings_no_module_that_builds_or_grades_and_no_hidden_case(handed_out: Path) -> None:
    first_cell(handed_out)
    modules = needed_modules(student_notebook.ROOTS)
    packages = {name.split("/")[1] for name in modules}
    assert packages.isdisjoint({"build", "audit", "assignment", "grading", "container", "sandbox"})
    assert not [name for name in modules if "in_grading" in name or "in_master" in name]
    assert BY_WORDS.replace(".", "/") + ".py" not in modules


def test_what_a_check_imports_is_among_what_is_brought(handed_out: Path, tmp_path: Path) -> None:
    """Without access to the package itself, a check imports nothing that the notebook did not
    bring.
    """
    cell = first_cell(handed_out)
    hidden = (
        "\nimport importlib.abc\nclass Only(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.startswith('autograder.') and not any("
        "__import__('os').path.exists(name.replace('.', '/') + each) "
        "for each in ('.py', '/__init__.py')):\n"
        "            raise RuntimeError('not brought: ' + name)\n"
        "sys.meta_path.insert(0, Only())\n"
    )
    done = ran(
        f"{cell}{hidden}{CHECK}check('scale_rows', lambda seed, x, factor: x)", tmp_path / "e"
    )
    assert "not brought" not in done.stderr
    assert "scale_rows returned an array with 12 elements and 2 axes" in done.stderr


@pytest.mark.parametrize(
    "edit", [('_bring("', '_bring("A'), ('_bring("', "_bring(\"'"), ("0", "1")]
)
def test_an_edited_cell_says_what_to_do(
    edit: tuple[str, str], handed_out: Path, tmp_path: Path
) -> None:
    program, opened, text = first_cell(handed_out).partition('_bring("')
    old, new = edit
    changed = (
        program + opened + text[: len(text) // 2] + text[len(text) // 2 :].replace(old, new, 1)
        if old == "0"
        else program + (opened + text).replace(old, new, 1)
    )
    done = ran(changed, tmp_path / "empty")
    assert done.stderr == (
        "This cell was changed after it was handed out. Download the notebook again, copy your "
        "answers into it, and run it from the top.\n"
    )
    assert not list((tmp_path / "empty").iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="root may write everywhere; /proc it may not")
def test_a_folder_that_cannot_be_written_is_told(handed_out: Path) -> None:
    cell = first_cell(handed_out)
    done = ran(f"import os\nos.chdir('/proc/self')\n{cell}", handed_out.parent)
    assert "This cell cannot write the checks into the folder " in done.stderr
    assert done.stderr.endswith("Type in a cell above: %cd ~   Then run this cell again.\n")


def test_what_last_weeks_notebook_has_left_is_moved_aside(handed_out: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    cell = first_cell(handed_out)
    ran(cell, empty)
    mark = json.loads((empty / "autograder" / MARK).read_text())
    (empty / "autograder" / MARK).write_text(
        json.dumps({"assignment": "last-week", "files": [*mark["files"], "tests/q7.py"]})
    )
    (empty / "tests" / "q7.py").write_text("old")
    (empty / "tests" / "q1.py").write_text("old")
    done = ran(cell, empty)
    assert done.stdout.splitlines()[0] == (
        "This folder had the checks of last-week. They are in checks-of-last-week now; the first "
        "cell of that notebook brings them back."
    )
    assert sorted(path.name for path in (empty / "tests").iterdir()) == ["q1.py"]
    assert (empty / "tests" / "q1.py").read_text() == TEST
    assert sorted(path.name for path in (empty / "checks-of-last-week" / "tests").iterdir()) == [
        "q1.py",
        "q7.py",
    ]


def test_tests_that_no_notebook_has_brought_are_moved_aside(
    handed_out: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    (empty / "tests").mkdir(parents=True)
    (empty / "tests" / "q3.py").write_text("mine")
    done = ran(first_cell(handed_out), empty)
    assert "This folder had the checks of another assignment." in done.stdout
    assert (empty / "checks-of-another-assignment" / "tests" / "q3.py").read_text() == "mine"


def test_a_package_of_the_same_name_is_left_alone(handed_out: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "autograder.py").write_text("mine = 1")
    done = ran(first_cell(handed_out), empty)
    assert done.stderr == (
        f"{empty / 'autograder.py'} does not belong to this notebook, which needs that name. "
        "Rename it, or move the notebook to its own folder, and run this cell again.\n"
    )
    assert (empty / "autograder.py").read_text() == "mine = 1"


def test_where_it_cannot_install_it_says_so(handed_out: Path, tmp_path: Path) -> None:
    cell = first_cell(handed_out, needs=("surely-not-a-package-of-anyone==1",))
    done = ran(
        cell, tmp_path / "empty", PIP_NO_INDEX="1", UV_OFFLINE="1", KAGGLE_KERNEL_RUN_TYPE="Batch"
    )
    assert done.stderr.startswith("surely-not-a-package-of-anyone could not be installed: ")
    assert done.stderr.endswith(
        "Is this machine connected to the Internet? On Kaggle, turn it on in the panel on the "
        "right, under “Session options”. Then run this cell again.\n"
    )


def test_a_version_that_was_not_tried_is_told(handed_out: Path, tmp_path: Path) -> None:
    done = ran(first_cell(handed_out, needs=("numpy<2",)), tmp_path / "empty")
    first = done.stdout.splitlines()[0]
    assert first == (
        f"numpy {version('numpy')} is installed; this assignment was tested with numpy<2. If a "
        "check "
        'stops or cannot tell, type: %pip install "numpy<2"   and restart.'
    )


def test_beside_its_files_the_first_cell_says_that_all_is_there_or_what_is_not(
    handed_out: Path, tmp_path: Path
) -> None:
    cell = first_cell(handed_out, alone=False)
    done = ran(cell, handed_out.parent)
    assert (done.stdout, done.stderr) == (
        "Everything is here: q1 of scales can be checked.\n",
        "",
    )
    lone = tmp_path / "downloads"
    assert ran(cell, lone).stderr == (
        f"{lone}, the folder of this notebook, has no {PUBLIC_FILE}, tests/q1.py. Download the "
        "whole folder of the assignment again, and open the notebook in it.\n"
    )


def test_every_module_is_the_same_program_without_what_people_read() -> None:
    """Each still compiles with the oldest supported Python, and its classes keep their fields."""
    for name, source in needed_modules((*student_notebook.ROOTS, BY_WORDS)).items():
        short = strip(source)
        assert len(short) <= len(source), name
        assert _fields(ast.parse(source)) == _fields(ast.parse(short)), name
        assert {*imports(short)} <= {*imports(source)}, name


def _fields(tree: ast.AST) -> list[list[str]]:
    return [
        [ast.unparse(each.target) for each in node.body if isinstance(each, ast.AnnAssign)]
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]


def test_imports_inside_functions_count_and_those_for_types_do_not() -> None:
    source = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n"
        "def f():\n    from b import c\n"
    )
    assert imports(source) == ["typing", "typing.TYPE_CHECKING", "b", "b.c"]
