"""Forty ordinary first cells, as notebooks of courses have them: they cost no point, and what
cannot be done in grading is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import check_results, otter_run
from autograder.container.launcher import OUTSIDE
from autograder.grading.results import CELLS, question_rows
from autograder.grading.stopped_cells import ABOUT_CELLS

QUIET = [
    "%matplotlib inline\n"
    "import matplotlib.pyplot as plt\n"
    "plt.rcParams['figure.figsize'] = (6, 4)\n"
    "plt.style.use('ggplot')",
    "%load_ext autoreload\n%autoreload 2",
    "%config InlineBackend.figure_format = 'svg'\n%precision 4",
    "!pip install --quiet flax optax einops\n!pip show flax | head -2",
    "%pip install -U 'jax[cpu]'",
    "!nvidia-smi || echo 'no GPU'",
    "gpus = !nvidia-smi -L\nprint(len(gpus), 'GPUs')",
    "import os\n"
    "os.environ['XLA_PYTHON_CLIENT_PREALLOCATE'] = 'false'\n"
    "os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')",
    "import os\nos.makedirs('figures', exist_ok=True)\nos.system('mkdir -p checkpoints')",
    "import subprocess\n"
    "print(subprocess.run(['git', 'rev-parse', 'HEAD'], capture_output=True, text=True).stdout)",
    "import subprocess\n"
    "try:\n"
    "    subprocess.check_output('nvidia-smi')\n"
    "except Exception as reason:\n"
    "    print('no GPU:', type(reason).__name__)",
    "import jax\nprint(jax.__version__, jax.default_backend(), jax.devices(), jax.device_count())",
    "import jax\njax.config.update('jax_default_matmul_precision', 'float32')",
    "import random\n"
    "import numpy as np\n"
    "seed = 42\n"
    "random.seed(seed)\n"
    "np.random.seed(seed)\n"
    "rng = np.random.default_rng(seed)",
    "import warnings\n"
    "warnings.filterwarnings('ignore')\n"
    "warnings.simplefilter('error', FutureWarning)",
    "import logging\n"
    "logging.basicConfig(level=logging.INFO, force=True)\n"
    "logging.getLogger('jax').setLevel(logging.ERROR)",
    "import sys\n"
    "sys.path.append('..')\n"
    "sys.path.insert(0, '/content/drive/MyDrive/course')\n"
    "print(sys.version)",
    "try:\n"
    "    import google.colab\n"
    "    IN_COLAB = True\n"
    "except ImportError:\n"
    "    IN_COLAB = False\n"
    "if IN_COLAB:\n"
    "    !git clone https://example.org/course.git",
    "from IPython.display import HTML, Markdown, display\n"
    "display(HTML('<style>.container { width: 90% }</style>'), Markdown('# Homework'))",
    "import pandas as pd\n"
    "pd.set_option('display.max_columns', 20)\n"
    "pd.DataFrame({'a': [1, 2]}).describe()",
    "import time\n"
    "start = time.perf_counter()\n"
    "%time sum(range(1000))\n"
    "print(f'{time.perf_counter() - start:.1f} s')",
    "%%time\ntotal = sum(range(1000))",
    "%%capture out\nprint('much')\n!apt-get install -y graphviz",
    "%%bash\npip list | grep -i jax",
    "%%html\n<p>Solve all questions.</p>",
    "%%javascript\nconsole.log('x')",
    "%%writefile helper.py\ndef double(x):\n    return 2 * x",
    "import helper\nassert helper.double(2) == 4",
    "import tempfile\n"
    "with tempfile.TemporaryDirectory() as folder:\n"
    "    open(folder + '/a.txt', 'w').write('x')",
    "from pathlib import Path\n"
    "DATA = Path.home() / '.cache' / 'data'\n"
    "DATA.mkdir(parents=True, exist_ok=True)\n"
    "(DATA / 'x.bin').write_bytes(b'1')",
    "import multiprocessing as mp\n"
    "lock = mp.RLock()\n"
    "with mp.Pool(2) as pool:\n"
    "    print(pool.map(abs, [-1, 2]))",
    "from concurrent.futures import ProcessPoolExecutor\n"
    "with ProcessPoolExecutor(2) as pool:\n"
    "    print(list(pool.map(abs, [-3])))",
    "import numpy as np\n"
    "import matplotlib.pyplot as plt\n"
    "fig, axes = plt.subplots(1, 2)\n"
    "axes[0].imshow(np.zeros((3, 3)))\n"
    "plt.tight_layout()\n"
    "plt.savefig('x.png')\n"
    "plt.show()",
    "import otter\nassert otter.__version__\ngrader = otter.Notebook()",
    "from autograder import public_case\nsample = public_case('vmap_over_batch', 0)",
    "get_ipython().run_line_magic('matplotlib', 'inline')\nip = get_ipython()\nip.kernel",
    "import jax.numpy as jnp\njnp.array?\n?jnp.sum",
    "import functools, itertools, math, collections, dataclasses, typing as t\nT = t.TypeVar('T')",
    "import asyncio\nawait asyncio.sleep(0)\nasync def f():\n    return 1\nassert await f() == 1",
    "exit()\nprint('after')",
]

TOLD = {
    "import seaborn_that_is_not_here as sns\nimport colorsys\nsns.set_theme()": (
        "stopped at line 1: `ModuleNotFoundError: No module named 'seaborn_that_is_not_here'`. "
        "Its later definitions still count: `colorsys`."
    ),
    "name = input('Your name: ')": (
        "stopped at line 1: `StdinNotImplementedError: raw_input was called, but this frontend "
        "does not support input requests`."
    ),
    (
        "import urllib.request\nurllib.request.urlretrieve('https://example.org/x.csv', 'x.csv')"
    ): "stopped at line 2: ",
    "from google.colab import drive\ndrive.mount('/content/drive')": (
        "stopped at line 1: `ModuleNotFoundError: No module named 'google"
    ),
}


def test_first_cells_cost_no_point_and_what_stops_is_told(one_assignment: BuiltAssignment) -> None:
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    cells = [nbformat.v4.new_code_cell(source) for source in (*QUIET, *TOLD)]
    notebook.cells[0:0] = cells
    graded = otter_run(notebook, one_assignment.zip)
    assert graded.results is not None
    assert graded.share == 1.0, graded.printed
    (row,) = (row for row in graded.results["tests"] if row["name"] == CELLS)
    assert "score" not in row
    assert row["output"].startswith(f"{ABOUT_CELLS}\n\n- Cell ")
    told = row["output"].split("\n- ")[1:] if "\n- " in row["output"] else []
    assert len(told) == len(TOLD), row["output"]
    for number, (line, how) in enumerate(zip(told, TOLD.values(), strict=True), len(QUIET) + 1):
        assert line.startswith(f"Cell {number} (`"), line
        assert how in line, line


@pytest.mark.slow
@pytest.mark.parametrize("source", [*QUIET, *TOLD], ids=range(len(QUIET) + len(TOLD)))
def test_each_in_the_cell_of_the_answer(
    one_assignment: BuiltAssignment, tmp_path: Path, source: str
) -> None:
    """In the answer's own cell; cell magics, and what has to be in a cell of its own, stand above
    it."""
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    place, cell = next(
        (place, cell)
        for place, cell in enumerate(notebook.cells)
        if "def vmap_over_batch(" in cell.source
    )
    if source.startswith("%%") or "helper" in source:
        notebook.cells.insert(
            place,
            nbformat.v4.new_code_cell("%%writefile helper.py\ndef double(x):\n    return 2 * x"),
        )
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(source))
    else:
        cell.source = f"{source}\n{cell.source}"
    graded = otter_run(notebook, one_assignment.zip)
    assert graded.share == 1.0, graded.printed


def test_a_missing_answer_is_explained_by_the_cell_that_stopped(
    one_assignment: BuiltAssignment,
) -> None:
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    place, cell = next(
        (place, cell)
        for place, cell in enumerate(notebook.cells)
        if "def vmap_over_batch(" in cell.source
    )
    body = "\n".join(f"    {line}" for line in cell.source.splitlines())
    cell.source = f"import seaborn_that_is_not_here as sns\nif sns:\n{body}"
    graded = otter_run(notebook, one_assignment.zip)
    assert graded.results is not None
    number = sum(each.cell_type == "code" for each in notebook.cells[: place + 1])
    why = (
        f"vmap_over_batch is not defined: cell {number} stopped at line 1, ModuleNotFoundError: No "
        "module named 'seaborn_that_is_not_here'."
    )
    rows = [row for row in graded.results["tests"] if row.get("score") == 0]
    assert rows
    assert all(why in row["output"] for row in rows if "method" not in row["name"]), rows[0][
        "output"
    ]


@pytest.mark.slow
def test_otter_check_in_the_students_folder_agrees(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """But for `exit()`, which ends the kernel there, and programs that would install or fetch
    something."""
    shutil.copytree(one_assignment.folder / "student", tmp_path / "student")
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    starts = ("pip install", "apt-get", "git clone", "exit()", "multiprocessing", "ProcessPool")
    sources = [source for source in (*QUIET, *TOLD) if not any(each in source for each in starts)]
    assert len(sources) > 30
    notebook.cells[0:0] = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(notebook, tmp_path / "student" / f"{one_assignment.name}.ipynb")
    command = [sys.executable, "-m", "otter", "check", f"{one_assignment.name}.ipynb"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path / "student"
    )
    assert "All tests passed!" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_a_class_and_the_zips_own_launcher_grade_them_too(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    notebook = nbformat.read(one_assignment.solution, as_version=4)
    notebook.cells[0:0] = [nbformat.v4.new_code_cell(source) for source in (*QUIET, *TOLD)]
    root = tmp_path / "autograder"
    for folder in (tmp_path / "class", root / "submission", root / "results"):
        folder.mkdir(parents=True)
        if folder.name != "results":
            nbformat.write(notebook, folder / "hw.ipynb")
    with zipfile.ZipFile(one_assignment.zip) as packed:
        packed.extractall(root / "source")
    (root / "submission_metadata.json").write_text("{}")
    files = ["--autograder", str(one_assignment.zip), "--out", str(tmp_path / "out"), "--quiet"]
    roads = {
        root / "results": ["-I", "-m", "autograder.container.launcher", str(root), OUTSIDE],
        tmp_path / "out" / "submissions" / "hw": [
            *("-m", "autograder", "grade", str(tmp_path / "class"), *files)
        ],
    }
    for folder, command in roads.items():
        done = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        check_results(results)
        rows = question_rows(results)
        assert [row["score"] for row in rows] == [row["max_score"] for row in rows]
        assert sum(row["name"] == CELLS for row in results["tests"]) == 1
