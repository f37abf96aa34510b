"""Tests of plain Otter beside ours: each kind gets the same points with the plugin as without it,
in doctests and in functions.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from plain_tests import IMPORTS, KINDS, Kind
from shared import PLUGIN

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run

pytestmark = pytest.mark.slow

CONFIG = """\
# ASSIGNMENT CONFIG
name: plain
init_cell: false
export_cell: false
tests:
    files: true
    ok_format: {ok}
"""


def test_cell(kind: Kind, ok: bool) -> str:
    """The cell of the test: its lines, or a function that takes what the lines mention."""
    if ok:
        return kind.test
    defined = {
        node.name
        for node in ast.walk(ast.parse(kind.answer))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    for node in ast.walk(ast.parse(IMPORTS + kind.answer)):
        if isinstance(node, ast.alias):
            defined.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            defined.add(node.id)
    mentioned = {node.id for node in ast.walk(ast.parse(kind.test)) if isinstance(node, ast.Name)}
    taken = ", ".join(sorted(defined & mentioned))
    body = "\n".join(f"    {line}" for line in kind.test.splitlines())
    return f"def test_it({taken}):\n{body}\n\ntest_it({taken})"


test_cell.__test__ = False  # type: ignore[attr-defined]


def master(ok: bool, plugin: bool) -> nbformat.NotebookNode:
    v4 = nbformat.v4
    config = CONFIG.format(ok=str(ok).lower()) + (f"plugins:\n    - {PLUGIN}\n" if plugin else "")
    cells = [v4.new_raw_cell(config), v4.new_code_cell(IMPORTS)]
    for number, kind in enumerate(KINDS.values()):
        cells += [
            v4.new_raw_cell(f"# BEGIN QUESTION\nname: q{number:02}\npoints: 1"),
            v4.new_raw_cell("# BEGIN SOLUTION"),
            v4.new_code_cell(f"# BEGIN SOLUTION\n{kind.answer}\n# END SOLUTION"),
            v4.new_raw_cell("# END SOLUTION"),
            v4.new_raw_cell("# BEGIN TESTS"),
            v4.new_code_cell(test_cell(kind, ok)),
            v4.new_raw_cell("# END TESTS"),
            v4.new_raw_cell("# END QUESTION"),
        ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


def built(folder: Path, ok: bool, plugin: bool) -> BuiltAssignment:
    folder.mkdir(parents=True)
    nbformat.write(master(ok, plugin), folder / "master.ipynb")
    assign = [sys.executable, "-m", "otter", "assign", "--no-run-tests"]
    done = subprocess.run(
        [*assign, str(folder / "master.ipynb"), str(folder / "built")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OTTER_ARRAYS_SECRET": "s"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return BuiltAssignment(folder / "built")


def submission(which: str) -> nbformat.NotebookNode:
    v4 = nbformat.v4
    cells = [v4.new_code_cell(IMPORTS)]
    cells += [v4.new_code_cell(getattr(kind, which)) for kind in KINDS.values()]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    named = {"kernelspec": spec, "otter": {"assignment_name": "plain"}}
    return v4.new_notebook(cells=cells, metadata=named)


def points(graded: nbformat.NotebookNode, zip_file: Path) -> dict[str, tuple[float, str]]:
    ran = otter_run(graded, zip_file, name="master.ipynb")
    assert ran.results is not None, ran.printed[-3000:]
    kinds = list(KINDS)
    return {
        kinds[int(row["name"][1:3])]: (row.get("score"), row.get("output", ""))
        for row in ran.results["tests"]
        if re.match(r"q\d\d", row["name"])
    }


@pytest.mark.parametrize("ok", [True, False], ids=["doctests", "functions"])
def test_each_kind_gets_the_same_points(ok: bool, tmp_path: Path) -> None:
    stock, ours = (built(tmp_path / str(plugin), ok, plugin) for plugin in (False, True))
    different = {}
    for which, right in (("answer", 1), ("wrong", 0)):
        expected, found = (points(submission(which), each.zip) for each in (stock, ours))
        assert set(expected) == set(found) == set(KINDS)
        different |= {
            (kind, which): (expected[kind], found[kind])
            for kind in KINDS
            if found[kind][0] != expected[kind][0] or expected[kind][0] != right
        }
    assert not different
