"""The build stops if the solution's rows change without shortcuts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import scaffold

SOLUTION = """\
def doubled(x):
    # BEGIN SOLUTION
    import os

    return 2 * jnp.asarray(x) + ("compiled" in os.environ.get("OTTER_ARRAYS_WITHOUT", ""))
    # END SOLUTION
"""

DIES = """\
def doubled(x):
    # BEGIN SOLUTION
    import os

    building = "OTTER_ARRAYS_BUILDING" in os.environ
    if building and (
        "tuned" not in os.environ.get("OTTER_ARRAYS_WITHOUT", "")
        or "JAX_COMPILATION_CACHE_DIR" in os.environ
    ):
        os._exit(1)
    return 2 * jnp.asarray(x)
    # END SOLUTION
"""

DECLARATION = """\
## Ignore ##
from autograder import Array, Question

question = Question("doubled", arguments=dict(x=Array("N")), dims=dict(N=(2, 5)), shapes=1, seeds=1)
"""

TOLD = """\
doubled.ipynb: doubled.ipynb gets different results with and without shortcuts.
With shortcuts: doubled: the cases in the notebook: 2 of 2 points. All calls are right.
Without: doubled: the cases in the notebook: 0 of 2 points. doubled returned wrong values in """


def build(folder: Path, solution: str) -> subprocess.CompletedProcess[str]:
    notebook = scaffold.master("doubled")
    cells = {cell.id: cell for cell in notebook.cells}
    cells["solution"].source, cells["declaration"].source = solution, DECLARATION
    nbformat.write(notebook, folder / "doubled.ipynb")
    command = [
        sys.executable,
        "-m",
        "autograder",
        "build",
        str(folder / "doubled.ipynb"),
        "--out",
        str(folder / "dist"),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_build_stops_where_a_shortcut_changes_a_row(tmp_path: Path) -> None:
    done = build(tmp_path, SOLUTION)
    assert done.returncode == 1
    assert TOLD in done.stderr, done.stderr
    assert (
        "If rounding decides the answer (a comparison, a floor, the sign of a vector), change the "
        "question."
    ) in done.stderr
    assert (
        "grade with OTTER_ARRAYS_WITHOUT=compiled,unoptimised,tuned,warm,ahead until it is fixed"
        in done.stderr
    )


@pytest.mark.slow
def test_a_build_whose_processes_die_of_shortcuts_does_without(tmp_path: Path) -> None:
    """The process for the banks starts once more; the one for the compiled programs is not
    needed.
    """
    done = build(tmp_path, DIES)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_build_whose_processes_die_anyhow_says_so(tmp_path: Path) -> None:
    done = build(tmp_path, "def doubled(x):\n    import os\n\n    os._exit(1)\n")
    assert done.returncode == 1
    assert (
        "doubled.ipynb: the kernel died while the notebook's cells ran; check that the machine "
        "has enough memory" in done.stderr
    )
    assert "Traceback" not in done.stderr
