"""What plain tests do to the objects of a submission, and what a submission cannot achieve that
way.

Covers too: `sandbox.expected_names`, `sandbox.generators`, `sandbox.in_place`, `sandbox.jax_data`,
`sandbox.mentioned`, `sandbox.open_packages`, `sandbox.operations`, `sandbox.remote`,
`sandbox.remote_types`, `sandbox.sources`, `sandbox.transforms`, `sandbox.confined.kept`.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plain_tests import IMPORTS, KINDS

from autograder.calls.call import Returned
from autograder.calls.inputs import Value
from autograder.sandbox.expected_names import ExpectedNames
from autograder.sandbox.remote import NotComparable, RemoteObject, target_of
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.stand_ins import RemoteFunction, Unavailable
from autograder.sandbox.submission import Submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")


def start(folder: Path, tests: dict[str, str], imports: str = "") -> Submission:
    (folder / "tests").mkdir()
    for name, text in tests.items():
        (folder / "tests" / f"{name}.py").write_text(text)
    (folder / "hidden").mkdir(mode=0o700)
    namespace: dict[str, Any] = {}
    exec(imports, namespace)
    limits = Limits(cell_seconds=60, call_seconds=30)
    settings = Settings(hidden=[str(folder / "hidden")], limits=limits)
    expected = ExpectedNames.of(namespace, folder / "tests", ())
    started = Submission(settings, folder / "tests", expected=expected)
    assert started.problem is None
    return started


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Submission]:
    tests = {f"q{number:02}": kind.test for number, kind in enumerate(KINDS.values())}
    submission = start(tmp_path_factory.mktemp("kinds"), tests, IMPORTS)
    assert submission.cell(IMPORTS)[0] == ""
    yield submission
    submission.close()


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_test_accepts_a_right_answer_and_refuses_a_wrong_one(
    kinds: Submission, name: str
) -> None:
    test = f"q{list(KINDS).index(name):02}"
    passed = {}
    for which in ("answer", "wrong"):
        kinds.cell(getattr(KINDS[name], which))
        namespace: dict[str, Any] = {}
        kinds.bind(test, namespace)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(KINDS[name].test, namespace)
            passed[which] = True
        except Exception:  # noqa: BLE001 - as Otter counts it
            passed[which] = False
    assert passed == {"answer": True, "wrong": False}


Bound = Callable[[str], dict[str, Any]]


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Bound]:
    """The names f, g, x, y, np and C after a cell has run."""
    submission = start(
        tmp_path, {"q1": "f, g, x, y, np, C, json"}, "import numpy as np\nimport json"
    )

    def run(cell: str) -> dict[str, Any]:
        printed, _ = submission.cell(cell)
        assert printed == ""
        namespace: dict[str, Any] = {}
        submission.bind("q1", namespace)
        return namespace

    run.submission = submission  # type: ignore[attr-defined]
    yield run
    submission.close()


LIAR = """\
class Liar:
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __mul__ = __sub__
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __contains__(self, item): return True
    def __iter__(self): return iter([1])
    def __hash__(self): return 0
x = Liar()
def f(*_): return Liar()
"""


@pytest.mark.parametrize("expected", [3, 2.5, "text", [1], (1, 2), {"a": 1}, True, np.float32(1)])
def test_an_object_that_says_it_equals_anything_equals_no_data(
    bound: Bound, expected: object
) -> None:
    names = bound(LIAR)
    for found in (names["x"], names["f"](1)):
        with pytest.raises(
            NotComparable, match=r"^an object of class Liar meets plain data in this test, "
        ):
            assert found == expected
        with pytest.raises(NotComparable):
            assert found != expected
        with pytest.raises(NotComparable):
            assert expected in [found]


def test_it_neither_orders_nor_computes_with_the_numbers_of_a_test(bound: Bound) -> None:
    x = bound(LIAR)["x"]
    for lies in (
        lambda: x < 3,
        lambda: sorted([x, 3]),
        lambda: x >= 3,
        lambda: abs(x - 3) < 1e-9,
        lambda: abs(3 - x) < 1e-9,
        lambda: x * np.ones(2),
        lambda: np.isclose(x, 3),
        lambda: abs(np.float32(3) - x) < 1e-9,
    ):
        with pytest.raises(Exception, match=r"meets plain data|ufunc|not supported"):
            assert lies()


def test_where_the_solution_has_plain_data_an_object_is_no_answer(tmp_path: Path) -> None:
    submission = start(tmp_path, {"q1": "f g x"}, "f, g, x = 1, (1, 2), print")
    try:
        submission.cell(
            "from collections import namedtuple\ng = namedtuple('P', 'a b')(1, 2)\n"
            "class Sly:\n    def equals(self, other): return True\nf = x = Sly()"
        )
        namespace: dict[str, Any] = {}
        submission.bind("q1", namespace)
        assert namespace["g"] == (1, 2)
        assert type(namespace["g"]) is tuple
        assert namespace["x"].equals(3)
        assert isinstance(namespace["f"], Unavailable)
        submission.cell(
            "class Sly(tuple):\n    def equals(self, other): return True\n"
            "f = g = Sly([[0]] * 120_000)"  # too large to cross
        )
        submission.bind("q1", namespace)
        assert isinstance(namespace["f"], Unavailable)
        assert isinstance(namespace["g"], Unavailable)
    finally:
        submission.close()


def test_what_an_object_claims_to_be_gives_it_no_method_that_decides(bound: Bound) -> None:
    """The description of a class comes from the submission's process, which may have changed it."""
    names = bound(LIAR)
    said = {
        "kept": "x-1",
        "name": "Forged",
        "kind": "class",
        "doc": None,
        "hash": "",
        "module": "numpy",
        "qualified": "ndarray",
        "own_bases": [],
        "exception": "",
        "methods": ["__eq__", "__ne__", "__class__", "__getattribute__", "view", "__len__"],
        "library": [["numpy", "ndarray"], ["otter.test_files", "test_case"], ["builtins", "int"]],
    }
    home = vars(type(names["x"]))["_arrays_home"]
    forged = home.resolve({"kept": "x-2", "name": "x", "kind": "object", "class": said})
    assert type(forged).__eq__ is RemoteObject.__eq__
    assert type(forged).__getattribute__ is object.__getattribute__
    assert not isinstance(forged, np.ndarray | int)


def test_it_contains_only_what_it_gives(bound: Bound) -> None:
    names = bound(LIAR)
    assert 1 in names["x"]
    assert 7 not in names["x"]


def test_it_is_no_array_that_is_near_anything(bound: Bound) -> None:
    names = bound("import numpy as np\n" + LIAR)
    assert names["np"] is np
    with pytest.raises(Exception, match=r"meets plain data"):
        assert np.allclose(names["x"], 7.0)


def test_a_module_is_taken_as_it_is_here_only_where_the_assignment_binds_it_too(
    bound: Bound,
) -> None:
    assert bound("import numpy as np\nnp.allclose = lambda *a, **k: True")["np"] is np
    names = bound("import pickle as json\nimport os as f\nfrom os import system as g")
    for name in ("json", "f"):
        assert not isinstance(names[name], type(np))
    assert names["json"] is not json
    assert names["json"].__name__ == "pickle"  # as the submission's process, which holds it, says
    assert names["g"]("touch made-by-the-test") != 0  # runs where no program can start
    assert not Path("made-by-the-test").exists()


def test_a_callable_object_is_called_as_a_function_by_a_check(bound: Bound) -> None:
    submission_names = bound(
        "import functools\nimport jax\nf = jax.jit(lambda x: 2 * x)\n"
        "g = functools.partial(lambda k, x: k * x, 3)\n"
        "class C:\n    def __call__(self, x): return x\nx = C()\ny = C"
    )
    for name in "fgxy":
        found = bound.submission.as_function(submission_names[name])  # type: ignore[attr-defined]
        assert type(found) is RemoteFunction
        assert found is bound.submission.as_function(submission_names[name])  # type: ignore[attr-defined]
    outcome = bound.submission.as_function(submission_names["f"]).answer(  # type: ignore[attr-defined]
        {"x": Value("jax", np.arange(3, dtype=np.float32))}
    )
    assert isinstance(outcome, Returned)
    assert outcome.array.tolist() == [0, 2, 4]


def test_the_state_of_a_generator_does_not_reach_outside_of_its_buffer(bound: Bound) -> None:
    names = bound(
        "import numpy as np\n"
        "def f(pos):\n"
        "    rng = np.random.RandomState(0)\n"
        "    state = rng.get_state(legacy=False)\n"
        "    state['state']['pos'] = pos\n"
        "    rng.set_state(state)\n"
        "    return rng"
    )
    assert isinstance(names["f"](3), np.random.RandomState)
    for pos in (625, 10**6, -1):
        with pytest.raises(RuntimeError, match=r"^f gave an answer that cannot be read$"):
            names["f"](pos)


def test_a_class_of_plain_data_is_compared_by_its_data(bound: Bound) -> None:
    names = bound(
        "from collections import namedtuple\nC = namedtuple('C', 'a b')\nx = C(1, 2)\n"
        "class Sly(int):\n    def __eq__(self, other): return True\n"
        "y = Sly(5)"
    )
    assert names["x"] == (1, 2)
    assert names["x"] != (1, 3)
    assert names["y"] == 5
    assert names["y"] != 6


def test_functions_of_a_test_run_in_the_test_while_the_submission_waits(bound: Bound) -> None:
    names = bound(
        "def f(function, x): return function(function(x))\n"
        "def g(x): return x + 1\n"
        "def C(function):\n"
        "    try:\n        function()\n    except ValueError as error:\n        return str(error)"
    )
    seen = []

    def of_the_test(x: int) -> int:
        seen.append(x)
        return int(names["g"](x)) * 2  # calls the submission meanwhile

    assert names["f"](of_the_test, 1) == 10
    assert seen == [1, 4]

    def raises() -> None:
        raise ValueError("no")

    assert names["C"](raises) == "no"


def test_what_a_call_changes_in_place_is_changed_in_the_test(bound: Bound) -> None:
    names = bound(
        "def f(a, *, b):\n    a['k'][0].append(4)\n    b[1] = 9.0\n    b = None\n    return a"
    )
    inner = [3]
    given, array = {"k": [inner, "x"]}, np.zeros(3)
    returned = names["f"](given, b=array)
    assert given == {"k": [[3, 4], "x"]}
    assert inner == [3, 4]
    assert array.tolist() == [0.0, 9.0, 0.0]
    assert returned == given


def test_global_generators_are_shared_with_a_test_that_seeds_them(bound: Bound) -> None:
    names = bound(
        "import random\nimport numpy as np\ndef f(): return np.random.rand(), random.random()"
    )
    np.random.seed(7)
    random.seed(8)
    found = [names["f"](), names["f"]()]
    np.random.seed(7)
    random.seed(8)
    assert found == [(np.random.rand(), random.random()), (np.random.rand(), random.random())]


def test_an_exception_of_the_submission_only_fails_the_test(bound: Bound) -> None:
    names = bound(
        "class C(BaseException):\n    pass\n"
        "def f(kind):\n    raise {'exit': SystemExit, 'own': C, 'stop': KeyboardInterrupt}[kind](1)"
    )
    for kind in ("exit", "own", "stop"):
        with pytest.raises(RuntimeError, match=r"^f raised an exception$"):
            names["f"](kind)


def test_several_names_of_much_data_fit_into_one_message(bound: Bound) -> None:
    """What no longer fits is held by reference."""
    names = ("f", "g", "x", "y", "C", "np", "json")
    source = "".join(
        f"{name} = [[f'{{i}}-{{j}}-' * 9 for j in range(90)] for i in range(60)]\n"
        for name in names
    )
    found = bound(source)
    for name in names:
        assert len(found[name]) == 60
        assert found[name][59][89] == "59-89-" * 9
    kept = [name for name in names if target_of(found[name]) is not None]
    assert 0 < len(kept) < len(names)


def test_what_a_call_writes_to_standard_error_is_not_what_it_prints(
    bound: Bound, capsys: pytest.CaptureFixture[str]
) -> None:
    """A doctest compares what is printed, and a warning is not part of that."""
    source = (
        "import sys, warnings\n"
        "def f():\n    warnings.warn('soon gone', stacklevel=1)\n    print('out')\n"
        "    print('err', file=sys.stderr)\n    return 3"
    )
    assert bound(source)["f"]() == 3
    printed = capsys.readouterr()
    assert printed.out == "out\n"
    assert "soon gone" in printed.err
    assert printed.err.endswith("err\n")


def test_what_nobody_can_refer_to_is_told(bound: Bound) -> None:
    class OfTheTest:
        pass

    names = bound("def f(x): return x")
    told = (
        "f cannot be given an object that is not an array: it takes only plain data, functions, "
        "and objects of the submission itself"
    )
    with pytest.raises(TypeError, match=f"^{re.escape(told)}$"):
        names["f"](OfTheTest())


@pytest.mark.parametrize("legacy", ["1.13", "1.25"])
def test_numbers_are_printed_in_the_form_that_the_notebook_chose(bound: Bound, legacy: str) -> None:
    try:
        bound(f"import numpy as np\nnp.set_printoptions(legacy='{legacy}', precision=1)")
        assert repr(np.True_) == "True"
        assert "0.12345" in repr(np.array([0.12345]))
    finally:
        np.set_printoptions(legacy=False)
