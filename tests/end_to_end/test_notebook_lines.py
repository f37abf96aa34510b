"""Lines of a notebook that are no Python, in real submissions and in a master: they cost
nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from otter_formats import Format, case, code, question
from shared import PLUGIN

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run

ABOVE_THE_IMPORTS = """\
%matplotlib inline
!pip install -q optax
%pip install -q "jax[cpu]"
%load_ext autoreload
%autoreload 2
%config InlineBackend.figure_format = 'retina'
import os
os.system('pip list')
files = !ls
!nvidia-smi
!wget -q https://example.org/points.csv
%cd .
import matplotlib.pyplot as plt
plt.plot(range(len(files) + 3))
plt.show()
"""


def test_lines_above_the_imports_and_the_answer_cost_no_point(
    one_assignment: BuiltAssignment,
) -> None:
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (
            "def vmap_over_batch(" in cell.source or "from flax import" in cell.source
        ):
            cell.source = ABOVE_THE_IMPORTS + cell.source
    notebook.cells.insert(1, nbformat.v4.new_code_cell("%%bash\npip list | head -3"))
    graded = otter_run(notebook, one_assignment.zip)
    assert graded.share == 1.0, graded.printed


TWICE = Format(
    "name: twice\nexport_cell:\n    pdf: false\ntests:\n    ok_format: false\n    files: true\n",
    [
        code(
            "%matplotlib inline\n"
            "!pip install -q optax\n"
            "import jax.numpy as jnp\n"
            "import matplotlib.pyplot as plt\n"
            "import optax"
        ),
        *question(
            "name: q1",
            code(
                "!ls\n"
                "def twice(x):\n"
                "    # BEGIN SOLUTION\n"
                "    return 2 * jnp.asarray(x)\n"
                "    # END SOLUTION\n\n"
                "plt.plot(twice(jnp.arange(3.0)));"
            ),
            code(
                "## Ignore ##\n"
                "from autograder import Array, Dim, Question\n\n"
                "Question('twice', arguments=dict(x=Array('B')), dims=dict(B=(1, 6)))"
            ),
            tests=[
                case(
                    "points: 1",
                    "def test_public(twice):\n"
                    "    from autograder import check\n"
                    "    check('twice', twice)",
                ),
                case(
                    "points: 2\nhidden: true",
                    "def test_random(twice):\n"
                    "    from autograder import check\n"
                    "    check('twice', twice, cases='random')",
                ),
            ],
        ),
    ],
    {"def twice(x):\n    ...": "def twice(x):\n    return x + x"},
)


@pytest.mark.slow
def test_a_master_may_begin_with_them(tmp_path: Path) -> None:
    (tmp_path / "twice").mkdir()
    nbformat.write(
        TWICE.notebook(f"plugins:\n    - {PLUGIN}\n"), tmp_path / "twice" / "twice.ipynb"
    )
    command = [
        sys.executable,
        "-m",
        "autograder",
        "build",
        str(tmp_path / "twice" / "twice.ipynb"),
        "--out",
        str(tmp_path / "dist"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    built = BuiltAssignment(tmp_path / "dist" / "twice")
    assert otter_run(built.solution, built.zip).share == 1.0
    assert (
        otter_run(TWICE.half_right(nbformat.read(built.untouched, as_version=4)), built.zip).share
        == 1.0
    )
    assert otter_run(built.untouched, built.zip).share == 0.0
