"""Lines of a notebook that are not Python, in a real worker: the rest of their cell runs.

Covers too: `sandbox.confined.in_threads`, `sandbox.confined.programs`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.submission import Submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")


def told(*commands: str) -> str:
    return "".join(
        f"`{command}` was not run: grading starts no programs.\n" for command in commands
    )


def started(folder: Path) -> Submission:
    for name in ("tests", "hidden"):
        (folder / name).mkdir(mode=0o700)
    submission = Submission(
        Settings(hidden=[str(folder / "hidden")], limits=Limits(cell_seconds=60)), folder / "tests"
    )
    assert submission.problem is None
    return submission


@pytest.fixture(scope="module")
def one_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Submission]:
    submission = started(tmp_path_factory.mktemp("shell"))
    yield submission
    submission.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Submission]:
    submission = started(tmp_path)
    yield submission
    submission.close()


PROGRAMS = {
    "!pip install -q optax chex": told("pip install -q optax chex"),
    (
        "!pip install --upgrade 'jax[cpu]' flax==0.12.9 -f https://example.org/releases.html > "
        "/dev/null 2>&1"
    ): told("pip install --upgrade 'jax[cpu]' flax==0.12.9 -f https://example.org/releases.ht…"),
    "!python -m pip freeze | grep jax\n!nvidia-smi\n!nvidia-smi": told(
        "python -m pip freeze | grep jax", "nvidia-smi"
    ),
    "!wget -nc -q https://example.org/points.csv\n!unzip -o points.zip &": told(
        "wget -nc -q https://example.org/points.csv", "unzip -o points.zip &"
    ),
    "!git clone -q https://example.org/course.git 2>/dev/null || (cd course && git pull)": told(
        "git clone -q https://example.org/course.git 2>/dev/null || (cd course && git pul…"
    ),
    "if True:\n    !mkdir -p figures": told("mkdir -p figures"),
    "wanted = 'einops'\n!pip install {wanted} $wanted": told("pip install {wanted} $wanted"),
    "!": told(""),
    "%pip install -q distrax": told("pip install -q distrax"),
    "%conda install -y -c conda-forge flax\n%mamba list\n%uv pip install optax": told(
        "conda install -y -c conda-forge flax", "mamba list", "uv pip install optax"
    ),
    "%ls\n%mkdir sub": told("ls -F --color", "mkdir sub"),
    "found = !ls data\nassert found == [] and found.n == '' and _exit_code == 127": told("ls data"),
    "found = %sx ls other\nassert found == []": told("ls other"),
    "!!ls another": told("ls another"),
    "get_ipython().system('pip list')\nassert get_ipython().getoutput('pip check') == []": told(
        "pip list", "pip check"
    ),
    "get_ipython().run_line_magic('pip', 'install tqdm')": told("pip install tqdm"),
    "import os\nassert os.system('pip list') == 127 << 8": told("pip list"),
    (
        "import os\n"
        "assert os.popen('ls').read() == '' and list(os.popen('ls')) == [] and "
        "os.popen('ls').close() != 0"
    ): told("ls"),
    (
        "import subprocess\n"
        "ran = subprocess.run(['ls', '-l'], capture_output=True, text=True)\n"
        "assert (ran.returncode, ran.stdout, ran.stderr) == (127, '', '')"
    ): told("ls -l"),
    (
        "import subprocess as s\n"
        "with s.Popen('ls | wc', shell=True, stdout=-1) as p:\n"
        "    assert p.stdout.readlines() == [] and p.wait(3) == p.poll() == 127"
    ): told("ls | wc"),
    (
        "import subprocess\n"
        "assert subprocess.getstatusoutput('ls') == (127, '') and subprocess.call(b'ls') == 127"
    ): told("ls"),
    (
        "import subprocess\n"
        "try:\n"
        "    subprocess.check_output(['ls'])\n"
        "except subprocess.CalledProcessError as failed:\n"
        "    assert failed.output == b''"
    ): told("ls"),
}

IN_THREADS = {
    (
        "import multiprocessing as mp\n"
        "with mp.RLock(), mp.Lock(), mp.Semaphore(2), mp.Condition():\n"
        "    assert not mp.Event().is_set()"
    ): "",
    (
        "from multiprocessing import Pool\n"
        "with Pool(2) as pool:\n"
        "    assert pool.map(abs, [-1, 2]) == [1, 2] and list(pool.imap(abs, [-3])) == [3]"
    ): "",
    (
        "import multiprocessing as mp\n"
        "mp.set_start_method('spawn', force=True)\n"
        "with mp.get_context('fork').Pool(processes=3) as pool:\n"
        "    assert pool.starmap(pow, [(2, 3)]) == [8]"
    ): "",
    "from multiprocessing.pool import ThreadPool\nassert ThreadPool(2).map(abs, [-1]) == [1]": "",
    (
        "import multiprocessing as mp\n"
        "q = mp.Queue()\n"
        "def put(x):\n"
        "    q.put(x * 2)\n"
        "p = mp.Process(target=put, args=(4,))\n"
        "p.start(); p.join(5)\n"
        "assert q.get() == 8 and p.exitcode == 0 and not p.is_alive() and p.pid\n"
        "q.close(); q.join_thread(); p.terminate(); p.close()"
    ): "",
    (
        "import multiprocessing as mp\n"
        "with mp.Manager() as m:\n"
        "    d, li = m.dict(a=1), m.list([1])\n"
        "    assert d['a'] == 1 and li[0] == 1 and not m.Queue().qsize()"
    ): "",
    (
        "import multiprocessing as mp\n"
        "v, a = mp.Value('i', 3), mp.Array('d', 2)\n"
        "with v.get_lock():\n"
        "    v.value += 1\n"
        "assert v.value == 4 and list(a) == [0, 0] and mp.RawArray('i', [1, 2])[1] == 2 and "
        "len(bytes(a.get_obj())) == 16"
    ): "",
    (
        "import multiprocessing as mp\n"
        "one, other = mp.Pipe()\n"
        "one.send([1])\n"
        "assert other.recv() == [1] and mp.cpu_count() > 0"
    ): "",
    (
        "from concurrent.futures import ProcessPoolExecutor, as_completed\n"
        "with ProcessPoolExecutor(max_workers=2) as pool:\n"
        "    assert sorted(pool.map(abs, [-1, 2])) == [1, 2] and [f.result() for f in "
        "as_completed([pool.submit(abs, -3)])] == [3]"
    ): "",
}

OTTER = {
    (
        "import otter\n"
        "assert otter.__version__ >= '6', 'update otter'\n"
        "from otter import Notebook, __version__, api"
    ): "",
    (
        "from otter.check.notebook import Notebook\n"
        "result = Notebook('x.ipynb', tests_dir='tests').check('q1')\n"
        "assert not result.grade > 0.5"
    ): "",
    (
        "import otter\n"
        "grader = otter.Notebook()\n"
        "grader.check_all(); grader.export('x.ipynb', pdf=False); grader.whatever_comes_next()"
    ): "",
}

KEPT_AS_THEY_ARE = {
    "%matplotlib inline\nimport sys\nassert 'matplotlib' not in sys.modules": "",
    "%matplotlib widget\n%matplotlib notebook\n%matplotlib qt\n%gui tk": "",
    "%matplotlib": "Using matplotlib backend: agg\n",
    "get_ipython().run_line_magic('matplotlib', 'inline')": "",
    "%config InlineBackend.figure_format = 'retina'\n%config InlineBackend.figure_formats": "",
    "%config InlineBackend.rc = {'figure.figsize': (4, 3)}\n%matplotlib inline": "",
    "%load_ext autoreload\n%reload_ext autoreload\n%autoreload 2\n%aimport math": "",
    "%autosave 60\n%tensorflow_version 2.x\n%qtconsole\n%clear": "",
    (
        "%env DEPTH=3\n"
        "%set_env WIDTH=4\n"
        "import os\n"
        "assert os.environ['DEPTH'] + os.environ['WIDTH'] == '34'"
    ): "env: DEPTH=3\nenv: WIDTH=4\n",
    "%cd -q .\n%precision 3\n%xmode Plain\n%pdb off": (
        "Exception reporting mode: Plain\nAutomatic pdb calling has been turned OFF\n"
    ),
    "import math\nmath.sqrt?\n?math.pi\nmath??\n%pdoc math.sqrt\n%pinfo math": "",
    "depth = 3\n%store depth\n%store": (
        "Stored 'depth' (int)\nStored variables and their in-db values:\ndepth             -> 3\n"
    ),
    (
        "from IPython.display import HTML, Markdown, clear_output, display\n"
        "clear_output(wait=True)\n"
        "display(Markdown('# x'))"
    ): None,
    "await_me = 1\nimport asyncio\nawait asyncio.sleep(0)": "",
}


@pytest.mark.parametrize("lines", [*PROGRAMS, *IN_THREADS, *OTTER, *KEPT_AS_THEY_ARE])
def test_the_rest_of_the_cell_runs(one_for_all: Submission, lines: str) -> None:
    one_for_all.cell("get_ipython()._told.clear()")
    printed, _ = one_for_all.cell(f"{lines}\nprint('the rest')")
    expected = {**PROGRAMS, **IN_THREADS, **OTTER, **KEPT_AS_THEY_ARE}[lines]
    assert printed.endswith("the rest\n")
    if expected is not None:
        assert printed == f"{expected}the rest\n"


CELLS = {
    "%%bash\npip list | head": told("bash"),
    "%%sh --out said --err failed\nls": told("sh"),
    "%%script node --version\n1": told("node --version"),
    "%%shell\nls": told("shell"),
    "%%python3\nprint(1)": told("python3"),
    "%%sx\nls": told("sh"),
    "%%capture\n!pip install -q flax\nafter = 1": "",
    "%%time\n!pip install -q jax\nafter = 1": None,
    "%%html\n<b>bold</b>": "<IPython.core.display.HTML object>\n",
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_for_a_program_raises_nothing(one_for_all: Submission, cell: str) -> None:
    one_for_all.cell("get_ipython()._told.clear()\nafter = 1\nsaid = failed = ''")
    printed, _ = one_for_all.cell(cell)
    assert "Error" not in printed
    assert CELLS[cell] is None or printed == CELLS[cell]
    assert one_for_all.cell("print(after, repr(said + failed))")[0] == "1 ''\n"


def test_what_is_timed_hidden_written_and_run_is_done(one_for_all: Submission) -> None:
    assert one_for_all.cell("%%writefile helper.py\nhelped = 42")[0] == "Writing helper.py\n"
    assert one_for_all.cell("%run helper.py\nprint(helped)")[0] == "42\n"
    assert one_for_all.cell("%%capture said\nprint('not to be seen')")[0] == ""
    assert one_for_all.cell("print(said.stdout, end='')")[0] == "not to be seen\n"
    printed, _ = one_for_all.cell("%time timed = 6\n%timeit -n 1 -r 1 timed\nprint(timed)")
    assert "Wall time" in printed
    assert printed.endswith("loop each)\n6\n")
    assert one_for_all.cell("%%timeit -n 1 -r 1\ntimed")[0].endswith("loop each)\n")
    assert one_for_all.cell("%who_ls int")[0] != ""


def test_a_command_is_told_of_once(one_for_all: Submission) -> None:
    assert one_for_all.cell("for _ in range(3):\n    !date\n%ls -l")[0] == told(
        "date", "ls -F --color -l"
    )
    assert one_for_all.cell("!date")[0] == ""


def test_a_reset_forgets_names_and_no_more(one_for_all: Submission) -> None:
    one_for_all.cell("x = 1")
    assert one_for_all.cell("%reset -f\nprint('x' in globals())\n!df")[0] == "False\n" + told("df")


def test_an_unknown_magic_is_an_error_as_in_jupyter(one_for_all: Submission) -> None:
    printed, _ = one_for_all.cell("%unheard_of 3\nprint('the rest')")
    assert printed == "UsageError: Line magic function `%unheard_of` not found.\n"
    assert (
        one_for_all.cell("%%unheard_of\n3")[0]
        == "UsageError: Cell magic `%%unheard_of` not found.\n"
    )


def test_an_extension_that_is_not_installed_here_costs_no_answer(fresh: Submission) -> None:
    printed, _ = fresh.cell("%load_ext lab_formatter\n%lab_formatter on\nprint('the rest')")
    assert printed == (
        "The extension lab_formatter is not installed here.\n"
        "`%lab_formatter` is not known here.\n"
        "the rest\n"
    )


def test_figures_are_drawn_to_memory_and_closed_behind_the_cell(fresh: Submission) -> None:
    source = (
        "import matplotlib.pyplot as plt\n"
        "plt.plot([1, 2])\n"
        "plt.show()\n"
        "figure, axes = plt.subplots(2)\n"
        "print(plt.get_backend(), plt.get_fignums())"
    )
    assert fresh.cell(source)[0] == "Agg [1, 2]\n"
    assert (
        fresh.cell(
            "%matplotlib tk\n"
            "print(plt.get_backend(), plt.get_fignums())\n"
            "figure.savefig('kept.png')"
        )[0]
        == "Agg []\n"
    )
    assert fresh.cell("%pylab inline\nprint(linspace(0, 1, 2), gcf().number)")[0].endswith(
        "[0. 1.] 1\n"
    )
    many = (
        "import warnings\n"
        "warnings.simplefilter('error')\n"
        "def draws():\n"
        "    plt.figure()\n"
        "    return len(plt.get_fignums())"
    )
    fresh.cell(many)
    assert [fresh.functions.operate({"name": "draws"}, "draws", "__call__") for _ in range(25)] == [
        1
    ] * 25
