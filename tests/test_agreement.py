"""A solution that is graded otherwise without shortcuts stops the build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat

from autograder import scaffold

SOLUTION = """\
def doubled(x):
    # BEGIN SOLUTION
    import os

    return 2 * jnp.asarray(x) + ("compiled" in os.environ.get("OTTER_ARRAYS_WITHOUT", ""))
    # END SOLUTION
"""

DECLARATION = """\
## Ignore ##
from autograder import Array, Question

question = Question("doubled", arguments=dict(x=Array("N")), dims=dict(N=(2, 5)), shapes=1, seeds=1)
"""

TOLD = """\
doubled.ipynb: graded with and without what makes grading fast, doubled.ipynb gets two results.
With shortcuts: doubled: the cases in the notebook: 1 of 1 points. All calls are right.
Without: doubled: the cases in the notebook: 0 of 1 points. doubled returned an array with """


def test_a_build_stops_where_a_shortcut_changes_a_row(tmp_path: Path) -> None:
    notebook = scaffold.master("doubled")
    cells = {cell.id: cell for cell in notebook.cells}
    cells["solution"].source, cells["declaration"].source = SOLUTION, DECLARATION
    nbformat.write(notebook, tmp_path / "doubled.ipynb")
    command = [sys.executable, "-m", "autograder", "build", str(tmp_path / "doubled.ipynb"), "--out", str(tmp_path / "dist")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert TOLD in done.stderr, done.stderr
    assert (
        "If rounding decides the answer (a comparison, a floor, the sign of a vector), ask for something that rounding does not decide."
        in done.stderr
    )
    assert "grade with OTTER_ARRAYS_WITHOUT=compiled,unoptimised,tuned,warm,ahead until it is mended" in done.stderr
