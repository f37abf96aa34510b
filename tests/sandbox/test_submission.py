"""A whole submission as the trusted kernel sees it: names, calls, deaths and restarts.

Covers too: `sandbox.confined.inert_otter`, `sandbox.confined.plain_calls`,
`sandbox.confined.recursion`, `sandbox.functions`, `sandbox.stand_ins`, `sandbox.bound`.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.calls.call import Failed, Returned
from autograder.calls.inputs import Value
from autograder.calls.spec import CallSpec
from autograder.runtime.canonical_draws import BASIC
from autograder.sandbox.confined.recursion import DEEPEST
from autograder.sandbox.endings import Died
from autograder.sandbox.expected_names import ExpectedNames
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.submission import Submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")

ARGUMENTS = {"x": Value("jax", np.arange(3, dtype=np.float32))}


@pytest.fixture
def submission(tmp_path: Path) -> Iterator[Submission]:
    """A submission whose tests mention f, g, values, np, thing and print."""
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "q1.py").write_text("def test_f(f, g, values, np, thing):\n    print(f, g)\n")
    (tests / "q2.py").write_text("def test_f(f):\n    pass\n")
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    started = Submission(
        Settings(hidden=[str(hidden)], limits=Limits(cell_seconds=4, call_seconds=4)), tests
    )
    assert started.problem is None
    yield started
    started.close()


def bound(submission: Submission, test: str = "q1") -> dict[str, Any]:
    namespace: dict[str, Any] = {"f": "from before"}
    submission.bind(test, namespace)
    return namespace


HEARD = """
import builtins, gc, sys
from autograder.sandbox.confined.worker import Session as Worker
heard = []
def listen(answer):
    def listening(self, request):
        heard.append(repr(request.header))
        return answer(self, request)
    return listening
for name in ("_answer", "_serve", "answer", "serve"):
    if hasattr(Worker, name):
        setattr(Worker, name, listen(getattr(Worker, name)))
"""

SECRETS = """
def test_capital(capital, table, env):
    quantity = 42
    assert capital == 'Canberra', "Sydney is larger"
    assert table['Melbourne'] in ('Hobart', "Perth")
    assert env['country'] != Darwin
"""


@pytest.mark.parametrize("bound", [None, ("capital", "country", "table")])
def test_no_word_of_a_test_reaches_the_submission(
    tmp_path: Path, bound: tuple[str, ...] | None
) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "q1.py").write_text(SECRETS)
    example = ">>> capital == 'Canberra'\nTrue"
    (tests / "q2.py").write_text(f"test = {{'code': {example!r}}}\n")
    started = Submission(
        Settings(hidden=[], limits=Limits(cell_seconds=9, call_seconds=9)),
        tests,
        expected=ExpectedNames(bound=bound),
    )
    try:
        printed, _ = started.cell(HEARD)
        assert not printed
        words = "Canberra = Sydney = Hobart = Perth = larger = quantity_ = 1"
        started.cell(f"{words}\ncapital = table = country = 3\nother = 4")
        for test in ("q1", "q2"):
            namespace: dict[str, Any] = {}
            started.bind(test, namespace)
            assert namespace["capital"] == 3
            assert not {"Canberra", "Sydney", "Hobart", "Perth"} & {*namespace}
        heard, _ = started.cell("print(heard)")
    finally:
        started.close()
    assert "capital" in heard
    for word in ("Canberra'", "Sydney'", "Melbourne", "Hobart'", "Perth'", "Darwin", "quantity'"):
        assert word not in heard.replace(words, "")


def test_names_that_tests_mention_are_bound_and_no_others(submission: Submission) -> None:
    submission.cell(
        "import numpy as np\n"
        "values = [1, (2.5, 'x'), {'a': np.arange(3)}]\n"
        "def g(): return 1\n"
        "print = len\n"
        "other = 3\n"
        "thing = object()"
    )
    names = bound(submission)
    assert set(names) == {"g", "values", "np", "thing"}
    assert names["np"] is np
    assert names["values"][:2] == [1, (2.5, "x")]
    assert type(names["values"][2]["a"]) is np.ndarray
    assert names["g"]() == 1
    assert re.fullmatch("<object object at 0x[0-9a-f]+>", repr(names["thing"]))


def test_a_function_is_judged_with_arrays(submission: Submission) -> None:
    submission.cell("def f(x): return x + 1")
    outcome = bound(submission)["f"].answer(ARGUMENTS)
    assert isinstance(outcome, Returned)
    np.testing.assert_array_equal(outcome.array, [1.0, 2.0, 3.0])


ASKED_FOR_INPUT = (
    "asked for input (`input`, `breakpoint` or a debugger), and nobody answers while it is graded. "
    "Remove that line."
)


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("def f(x): return None", "returned None. Is a `return` missing?"),
        ("def f(x): raise ValueError(str(x))", "raised ValueError."),
        ("def f(x): raise type(f'S{x}', (Exception,), {})", "raised a custom exception."),
        ("def f(): pass", "takes 0 positional arguments; the question calls it with 1: (x)."),
        ("def f(x):\n    while True: pass", "took longer than 4 seconds."),
        ("import os\ndef f(x): os._exit(0)", "ended the process."),
        ("def f(x):\n    import sys; sys.exit(1)", "raised SystemExit."),
        ("def f(x): return int(input())", ASKED_FOR_INPUT),
        ("def f(x):\n    breakpoint()\n    return x", ASKED_FOR_INPUT),
        ("import pdb\ndef f(x):\n    pdb.set_trace()\n    return x", ASKED_FOR_INPUT),
        (
            "from IPython.core.debugger import set_trace\ndef f(x):\n    set_trace()\n    return x",
            ASKED_FOR_INPUT,
        ),
        ("import jax\ndef f(x):\n    jax.debug.breakpoint()\n    return x", ASKED_FOR_INPUT),
        (
            "import autograder.calls.call as c\n"
            "c.Failed.__init__ = lambda s, *a, **k: s.__dict__.update(cause='the input is 1 2 3', "
            "detail='', printed='')\n"
            "def f(x): 1 / 0",
            "failed for an unknown reason.",
        ),
    ],
)
def test_a_call_that_gives_no_array_has_a_cause_in_our_words(
    submission: Submission, source: str, cause: str
) -> None:
    submission.cell(source)
    outcome = bound(submission)["f"].answer(ARGUMENTS)
    assert isinstance(outcome, Failed)
    assert outcome.cause == cause


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return f(x)",
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(x): return f(x)",
        "from sys import setrecursionlimit\n"
        "setrecursionlimit(10**9)\n"
        "def f(x): return list(map(f, [x]))",
    ],
)
def test_endless_recursion_is_an_exception_and_other_functions_answer_at_once(
    submission: Submission, source: str
) -> None:
    submission.cell("def g(): return 1")
    submission.cell(source)
    printed, _ = submission.cell(
        "try:\n    f(1)\nexcept RecursionError:\n    print('in a cell too')"
    )
    assert printed == "in a cell too\n"
    worker = submission._worker._worker
    names = bound(submission)
    outcome = names["f"].answer(ARGUMENTS)
    assert isinstance(outcome, Failed)
    assert outcome.cause == "raised RecursionError."
    assert names["g"]() == 1
    assert submission._worker._worker is worker


def test_the_limit_of_recursion_is_set_as_a_submission_wants_up_to_a_bound(
    submission: Submission,
) -> None:
    submission.cell(
        "import sys\n"
        "values = []\n"
        "for limit in (3000, 10**9):\n"
        "    sys.setrecursionlimit(limit)\n"
        "    values.append(sys.getrecursionlimit())"
    )
    submission.cell(
        "try:\n"
        "    sys.setrecursionlimit(1e9)\n"
        "except TypeError:\n"
        "    values.append('whole numbers only')"
    )
    assert bound(submission)["values"] == [3000, DEEPEST, "whole numbers only"]


def test_after_a_death_the_earlier_cells_are_run_again_and_other_functions_answer(
    submission: Submission,
) -> None:
    submission.cell("y = 10")
    submission.cell("import os\ndef f(x): os._exit(0)\ndef g(x): return x + y")
    names = bound(submission)
    assert isinstance(names["f"].answer(ARGUMENTS), Failed)
    outcome = names["g"].answer(ARGUMENTS)
    assert isinstance(outcome, Returned)
    np.testing.assert_array_equal(outcome.array, [10.0, 11.0, 12.0])


def test_a_cell_that_kills_the_worker_is_told_and_left_out(submission: Submission) -> None:
    submission.cell("y = 10")
    assert submission.cell("import os; os._exit(0)") == ("This cell ended the process.", [])
    submission.cell("def f(x): return x * y")
    assert isinstance(bound(submission)["f"].answer(ARGUMENTS), Returned)


def test_a_cell_that_hangs_is_told_and_left_out(submission: Submission) -> None:
    assert submission.cell("while True: pass") == ("This cell took longer than 4 seconds.", [])
    submission.cell("def f(x): return x")
    assert isinstance(bound(submission)["f"].answer(ARGUMENTS), Returned)


def test_a_submission_that_used_up_its_time_is_told_so(submission: Submission) -> None:
    submission.cell("def f(x): return x")
    names = bound(submission)
    submission._worker._budget._deadline = 0.0
    assert names["f"].answer(ARGUMENTS) == Failed(
        "was not called: the submission used up its 500 seconds.", lost=True
    )
    assert submission.problem is None


def test_a_cell_of_a_megabyte_is_not_run_and_the_others_are(submission: Submission) -> None:
    assert submission.cell("#" * 1_000_001) == (
        "This cell was not run: it is longer than 1000000 characters.",
        [],
    )
    assert submission.cell("print(1)") == ("1\n", [])


def test_checks_that_the_notebook_asks_for_are_reported_if_they_exist(
    submission: Submission,
) -> None:
    source = (
        "import otter\n"
        "grader = otter.Notebook('x.ipynb')\n"
        "grader.check('q1')\n"
        "grader.check('q9')\n"
        "grader.check('q1')\n"
        "grader.check_all()\n"
        "grader.export()"
    )
    assert submission.cell(source) == ("", ["q1"])


def test_names_of_pythons_own_are_bound_only_where_the_assignment_defines_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "q1.py").write_text("assert sum(1, 2) == 3 and len('a') and open")
    started = Submission(
        Settings(hidden=[]), tmp_path / "tests", expected=ExpectedNames(own=("sum", "open"))
    )
    try:
        started.cell("def sum(a, b): return a + b\nlen = print = lambda *_: 0\nopen = 5")
        namespace: dict[str, Any] = {}
        started.bind("q1", namespace)
        assert set(namespace) == {"sum", "open"}
        assert namespace["sum"](1, 2) == 3
        started.unbind(namespace)
        assert namespace == {}
    finally:
        started.close()


def test_plain_tests_call_functions_with_plain_data(submission: Submission) -> None:
    submission.cell(
        "def f(*a, **k):\n"
        "    print('said')\n"
        "    return (a, k)\n"
        "def g(x):\n"
        "    raise KeyError('secret text')"
    )
    names = bound(submission)
    assert names["f"](1, [2.5], key="x") == ((1, [2.5]), {"key": "x"})
    with pytest.raises(KeyError, match=r"^'secret text'$"):
        names["g"](1)
    with pytest.raises(TypeError, match="only plain data, functions, and objects of the "):
        names["f"](object())


def test_an_answer_is_asked_for_under_the_settings_of_the_start(submission: Submission) -> None:
    submission.cell(
        "import jax\n"
        "jax.config.update('jax_enable_x64', True)\n"
        "def f(x): return jax.numpy.arange(3.0) + x"
    )
    outcome = bound(submission)["f"].answer(ARGUMENTS)
    assert isinstance(outcome, Returned)
    assert outcome.array.dtype == np.float32
    assert submission.environment()["settings"]["jax_enable_x64"] is False


def test_a_question_of_64_bits_is_answered_in_64_and_no_other(submission: Submission) -> None:
    submission.cell("import jax.numpy as jnp\ndef f(x): return jnp.arange(3.0) + x")
    f = bound(submission)["f"]
    wide = {"x": Value("jax", np.arange(3, dtype=np.float64) / 3)}
    outcome = f.answer(wide, CallSpec(x64=True))
    assert isinstance(outcome, Returned)
    assert outcome.array.dtype == np.float64
    assert outcome.array.tolist() == (np.arange(3.0) + wide["x"].data).tolist()
    assert f.equations(wide, CallSpec(x64=True)) is not None
    outcome = f.answer(ARGUMENTS)
    assert isinstance(outcome, Returned)
    assert outcome.array.dtype == np.float32


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0, 2)])
def test_complex128_crosses_both_ways(submission: Submission, shape: tuple[int, ...]) -> None:
    submission.cell("def f(x): return 2j * x + x.imag")
    data = np.full(shape, 1.5 - 2j)
    outcome = bound(submission)["f"].answer({"x": Value("numpy", data)})
    assert isinstance(outcome, Returned)
    assert (outcome.array.dtype, outcome.array.shape) == (np.complex128, shape)
    assert np.array_equal(outcome.array, 2j * data + data.imag)


def test_arguments_that_must_change_come_back(submission: Submission) -> None:
    submission.cell("def f(x):\n    x *= 2")
    numpy = {"x": Value("numpy", ARGUMENTS["x"].data)}
    outcome = bound(submission)["f"].answer(numpy, CallSpec(changed=("x",)))
    assert isinstance(outcome, Returned)
    assert outcome.output["x"].tolist() == [0, 2, 4]
    assert outcome.changed == ("x",)


def test_the_work_of_python_is_counted_there(submission: Submission) -> None:
    submission.cell("def f(x):\n    return [a for a in x]\ndef g(x):\n    return list(x)")
    names = bound(submission)
    for name in ("f", "g"):
        few, many = (
            names[name].work({"x": Value("numpy", np.ones((size, 2)))}, CallSpec(several=True))
            for size in (2, 12)
        )
        assert many - few >= 10
    submission.cell("import sys\ndef f(x):\n    sys.settrace(None)\n    return x")
    assert bound(submission)["f"].work({"x": Value("numpy", np.ones(2))}) is None


def test_canonical_draws_come_from_a_process_that_ran_nothing_of_the_submission(
    submission: Submission,
) -> None:
    before = submission.draws(BASIC)
    submission.cell("import jax, jax.numpy as jnp\njax.random.bits = lambda *a, **k: jnp.zeros(4)")
    assert submission.draws(BASIC) == before


def test_generators_and_closures_that_calls_return_stay_there_and_can_be_used(
    submission: Submission,
) -> None:
    submission.cell(
        "def f():\n"
        "    yield 1\n"
        "    yield [2.5]\n"
        "def g(n):\n"
        "    return lambda x: x + n\n"
        "values = ..."
    )
    names = bound(submission)
    assert list(names["f"]()) == [1, [2.5]]
    assert names["g"](2)(40) == 42
    assert names["values"] is ...
    endless = names["f"]()
    assert next(endless) == 1
    submission.cell("def f():\n    raise KeyError\n    yield")
    with pytest.raises(KeyError):
        next(bound(submission)["f"]())


def test_a_cell_that_was_killed_from_outside_runs_again(submission: Submission) -> None:
    submission.cell("values = 1")
    assert submission._worker._worker is not None
    pid = submission._worker._worker._process.pid
    threading.Timer(1, os.kill, (pid, signal.SIGKILL)).start()
    printed, _ = submission.cell("import time; time.sleep(2); values += 1\nprint('done')")
    assert printed == "done\n"
    assert bound(submission)["values"] == 2


def test_a_cell_that_kills_itself_is_told_so_and_left_out(submission: Submission) -> None:
    submission.cell("values = 1")
    printed, _ = submission.cell("import os; values = 2; os.kill(os.getpid(), 9)")
    assert printed == "This cell was killed (SIGKILL)."
    assert bound(submission)["values"] == 1


@pytest.mark.parametrize(
    ("count", "many", "told"),
    [
        (2_000, "os.mkdir('d'); os.chdir('d')", "100 folders within each other"),
        (20_001, "os.mkdir(f'{number}')", "512 MB or 20000 files in its folder"),
    ],
    ids=["depth", "entries"],
)
def test_a_cell_that_leaves_too_much_is_told_however_late_the_watcher_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, many: str, told: str
) -> None:
    monkeypatch.setattr("autograder.sandbox.watchers._Watched.what_is_held", lambda _: None)
    limits = Limits(cell_seconds=20, call_seconds=4)
    settings = Settings(hidden=[str(tmp_path)], limits=limits)
    with contextlib.closing(Submission(settings, tmp_path)) as started:
        printed, _ = started.cell(f"import os\nfor number in range({count}): {many}")
        assert printed == f"This cell left more than {told}."
        assert started.cell("2 + 2")[0] == "Out[0]: 4\n"


def test_a_worker_that_cannot_be_started_at_once_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def start(settings: Settings) -> Worker:
        tries.append(settings)
        if len(tries) < 3:
            raise Died("was killed (SIGKILL)")
        return Worker(settings)

    monkeypatch.setattr("autograder.sandbox.prestart.Worker", start)
    started = Submission(Settings(hidden=[str(tmp_path)]), tmp_path)
    assert started.problem is None
    started.close()


def test_what_a_lost_worker_kept_is_told(submission: Submission) -> None:
    submission.cell("import os\ndef f():\n    yield 1\n    os._exit(0)")
    iterator = bound(submission)["f"]()
    assert next(iterator) == 1
    with pytest.raises(RuntimeError, match=r"^an object of class generator ended the process$"):
        next(iterator)
    with pytest.raises(KeyError):
        next(iterator)


def test_the_seed_is_set_before_each_cell_and_each_test(submission: Submission) -> None:
    submission._seed = {"value": 42, "variable": None}
    source = (
        "import random, numpy as np\n"
        "values = [random.random(), np.random.rand()]\n"
        "def f(): return random.random()"
    )
    submission.cell(source)
    names = bound(submission)
    assert names["values"] == [random.Random(42).random(), np.random.RandomState(42).rand()]
    assert names["f"]() == random.Random(42).random()
    submission._seed = {"value": 7, "variable": "thing"}
    submission.cell("values = thing")
    assert bound(submission)["values"] == 7
    submission.cell("%%time\nthing = 8")
    assert bound(submission)["thing"] == 7
