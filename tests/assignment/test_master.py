"""A fault in a master stops the build with a sentence that says where it is.

Covers too: `assignment.notebook`, `errors`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from shared import ROOT

from autograder.assignment import master, otter_assign
from autograder.assignment.notebook import run_after_cells
from autograder.runtime import switches

MASTER = ROOT / "assignments" / "nnx-vmap-over-batch" / "nnx-vmap-over-batch.ipynb"

Change = Callable[[nbformat.NotebookNode], None]


def cell(notebook: nbformat.NotebookNode, identifier: str) -> nbformat.NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == identifier)


def drop_the_solution(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "solution").source = "pass"


def use_an_unknown_dim(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "declaration").source = cell(notebook, "declaration").source.replace(
        'Array("B", "D")', 'Array("B", "Z")'
    )


def give_an_empty_range(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "declaration").source = cell(notebook, "declaration").source.replace(
        "B=(1, 16)", "B=(16, 1)"
    )


def declare_twice(notebook: nbformat.NotebookNode) -> None:
    again = nbformat.v4.new_code_cell(cell(notebook, "declaration").source, id="again")
    notebook.cells.insert(notebook.cells.index(cell(notebook, "declaration")), again)


def name_two_otter_questions_alike(notebook: nbformat.NotebookNode) -> None:
    question = [
        nbformat.v4.new_raw_cell("# BEGIN QUESTION\nname: q1"),
        nbformat.v4.new_markdown_cell("More."),
        nbformat.v4.new_raw_cell("# END QUESTION"),
    ]
    notebook.cells += question


def raise_in_the_reference(notebook: nbformat.NotebookNode) -> None:
    cell(
        notebook, "solution"
    ).source = "def vmap_over_batch(seed, x_batch, features):\n    raise ValueError('no luck')"


def break_another_cell(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "example-code").source += "\nnnx = 1 / 0"


def misspell_the_question_in_a_test(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "test-corners").source = cell(notebook, "test-corners").source.replace(
        'check("vmap', 'check("wmap'
    )


def ask_for_hidden_cases_in_a_public_test(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "test-corners").source = cell(notebook, "test-corners").source.replace(
        "hidden: true\n", ""
    )


def name_two_tests_alike(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "test-corners").source = cell(notebook, "test-corners").source.replace(
        "test_corners", "test_random"
    )


def put_a_quote_into_a_message(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "test-corners").source = cell(notebook, "test-corners").source.replace(
        "points: 2\n", "points: 2\nfailure_message: 'say \"no\"'\n"
    )


def point_to_no_heading(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "declaration").source = cell(notebook, "declaration").source.replace(
        'see="Pitfalls"', 'see="Traps"'
    )


def drop_the_kernelspec(notebook: nbformat.NotebookNode) -> None:
    del notebook.metadata["kernelspec"]


def generate_nothing(notebook: nbformat.NotebookNode) -> None:
    config = next(cell for cell in notebook.cells if "ASSIGNMENT CONFIG" in cell.source)
    changed = config.source.replace("generate:\n    show_hidden: true", "generate: false")
    assert changed != config.source
    config.source = changed


def name_a_kernel_in_r(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}


MESSAGES: dict[Change, str] = {
    drop_the_solution: (
        "changed.ipynb: question 'vmap_over_batch': the master has no solution: no code cell "
        "defines a function vmap_over_batch"
    ),
    use_an_unknown_dim: ("uses the dimension 'Z', which dims does not define; it defines B, D, F"),
    give_an_empty_range: (
        "DeclarationError: question 'vmap_over_batch': dims['B']=(16, 1) (type=tuple) is an "
        "empty range; write (smallest, largest)"
    ),
    declare_twice: (
        "changed.ipynb: question 'vmap_over_batch': declared 2 times; give each question "
        "its own name"
    ),
    name_two_otter_questions_alike: (
        "changed.ipynb: two questions have the name 'q1'; give each `# BEGIN QUESTION` its own name"
    ),
    raise_in_the_reference: ("(all sizes distinct) the reference raised ValueError."),
    break_another_cell: (
        "changed.ipynb: the cell that begins `import jax` raised ZeroDivisionError: division "
        "by zero; a question needs nnx from this cell"
    ),
    misspell_the_question_in_a_test: (
        "the test test_corners of 'q1' checks 'wmap_over_batch', which no Question declares; "
        "declared: vmap_over_batch"
    ),
    ask_for_hidden_cases_in_a_public_test: (
        "the test test_corners of 'q1' is public but asks for cases='corners', which students "
        "do not have; begin the cell with `# HIDDEN`"
    ),
    name_two_tests_alike: (
        "the tests of 'q1' define test_random 2 times; Otter would keep only the last; give "
        "each test its own name"
    ),
    put_a_quote_into_a_message: (
        "a success_message or failure_message must not contain a double quote or a line break"
    ),
    point_to_no_heading: (
        "question 'vmap_over_batch': see='Traps' is not a heading of the notebook; its headings "
        "are One model, many inputs: `nnx.vmap` over a batch, Why it matters, A worked "
        "example, Pitfalls, Your task: `vmap_over_batch(seed, x_batch, features)`"
    ),
    generate_nothing: (
        "changed.ipynb: `generate: false` turns off the autograder zip, so nothing is graded; "
        "remove that line, or remove the plugin from `plugins`"
    ),
    name_a_kernel_in_r: (
        "changed.ipynb: its kernel runs R, but otter-arrays grades only Python; choose a Python 3 "
        "kernel"
    ),
    drop_the_kernelspec: (
        "changed.ipynb: metadata.kernelspec is missing; open the notebook in Jupyter, choose "
        "a Python 3 kernel and save it"
    ),
}


OFTEN = (drop_the_solution, use_an_unknown_dim, raise_in_the_reference, name_two_tests_alike)


@pytest.mark.parametrize(
    "messages",
    [
        {change: MESSAGES[change] for change in OFTEN},
        pytest.param(
            {change: MESSAGES[change] for change in MESSAGES if change not in OFTEN},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["often", "seldom"],
)
def test_a_bad_master_is_told_where(messages: dict[Change, str], tmp_path: Path) -> None:
    """Built with one command, in the order of the command."""
    command = [sys.executable, "-m", "autograder", "build", "--json", "--out", str(tmp_path)]
    for change in messages:
        notebook = nbformat.read(MASTER, as_version=4)
        change(notebook)
        path = tmp_path / change.__name__ / f"{change.__name__}.ipynb"
        path.parent.mkdir()
        nbformat.write(notebook, path)
        command.append(str(path))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "500"}
    )
    assert done.returncode == 1
    told = {Path(each["master"]).stem: each["fault"] for each in json.loads(done.stdout)}
    assert {
        change.__name__: told[change.__name__]
        for change, message in messages.items()
        if message.replace("changed.ipynb", f"{change.__name__}.ipynb") not in told[change.__name__]
        or "Traceback" in told[change.__name__]
    } == {}
    assert done.stderr.strip() == "Error: " + "\n\n".join(told.values()).strip()


def test_stock_otter_assign_says_the_same(tmp_path: Path) -> None:
    notebook = nbformat.read(MASTER, as_version=4)
    drop_the_solution(notebook)
    nbformat.write(notebook, tmp_path / "changed.ipynb")
    command = [sys.executable, "-m", "otter", "assign", "changed.ipynb", "dist"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode != 0
    assert (
        "the master has no solution: no code cell defines a function vmap_over_batch"
        in done.stderr.splitlines()[-1]
    )


def test_a_kernel_that_only_its_author_has_is_no_hindrance(tmp_path: Path) -> None:
    """Masters may name the kernel of a conda environment. Grading uses none of these, and a
    master's cells run where the plugin is.
    """
    spec = {"name": "course-env", "display_name": "Course", "language": "python"}
    cells = [nbformat.v4.new_code_cell("import sys"), nbformat.v4.new_code_cell("x = 3")]
    path = tmp_path / "master.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    otter_assign.check_readable(path)
    call = f"open({str(tmp_path / 'said')!r}, 'w').write(f'{{x}} {{sys.executable}}')"
    assert run_after_cells(path, call) == []
    assert (tmp_path / "said").read_text() == f"3 {sys.executable}"


@pytest.mark.parametrize(
    ("outcome", "runs"), [("written", [""]), ("missing", ["", ",".join(switches.SHORTCUTS)])]
)
def test_a_kernel_that_dies_before_the_banks_are_there_runs_again_without_shortcuts(
    tmp_path: Path, outcome: str, runs: list[str]
) -> None:
    """One that dies later, while it compiles what grading will need, has done what it must."""
    noting = (
        "import os\n"
        f"with open({str(tmp_path / 'runs')!r}, 'a') as runs:\n"
        f"    print(os.environ.get({switches.VARIABLE!r}, ''), file=runs)"
    )
    cells = [nbformat.v4.new_code_cell(noting), nbformat.v4.new_code_cell("1 / 0")]
    path = tmp_path / "master.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    there, programs = tmp_path / "outcome", tmp_path / "programs"
    programs.mkdir()
    call = (
        f"if {outcome == 'written'} or os.environ.get({switches.VARIABLE!r}):\n"
        f"    open({str(there)!r}, 'w').close()\n"
        f"if not os.environ.get({switches.VARIABLE!r}):\n"
        "    os._exit(1)"
    )
    (note,) = master._run_slowly_on_doubt(path, call, there, programs)
    assert "1 / 0` raised ZeroDivisionError" in note
    assert (tmp_path / "runs").read_text().splitlines() == runs
