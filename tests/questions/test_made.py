"""Functions and states as arguments: they cross as code, the calling process makes them, and the
declaration refuses those that cannot be made. Covers too: `calls.given`, `calls.passed`,
`questions.portable`.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asked_ways
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from shared import ROOT

from autograder import (
    Array,
    DeclarationError,
    Dim,
    Function,
    Made,
    Question,
    Rngs,
    Tree,
    Tuple,
    public_case,
)
from autograder.bank.filenames import PUBLIC_FILE
from autograder.bank.storage import load, save
from autograder.build.banks import build
from autograder.calls import given
from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value, describe
from autograder.calls.nudges import nudge_floats
from autograder.calls.passed import to_python
from autograder.checks.messages import in_grading, in_notebook
from autograder.errors import BuildError
from autograder.questions.argument import Drawing
from autograder.questions.portable import NotPortable, portable
from autograder.verdicts.examine import examine

RNG = np.random.default_rng(0)


def decorated_cube(x: Any) -> Any:
    return x**3


JITTED = jax.jit(decorated_cube)


@jax.jit
def jitted_square(x: Any) -> Any:
    def inner(y: Any) -> Any:
        return y * jnp.float32(1.0)

    return inner(x) * math.sqrt(4.0)


@jax.vmap
def mapped_square(x: Any) -> Any:
    return x**2


def test_a_decorated_function_keeps_its_decorators() -> None:
    made = given.function(portable(mapped_square, "again"))
    assert made(jnp.arange(3.0)).tolist() == [0.0, 1.0, 4.0]
    with pytest.raises(ValueError, match="vmap was requested to map its argument"):
        made(2.0)


@pytest.mark.parametrize(
    ("function", "at", "gives"),
    [
        (lambda x: x**2 - 1, 3.0, 8.0),
        (
            lambda x, k=2.0: (
                k * x  # over several lines
            ),
            3.0,
            6.0,
        ),
        (lambda x: x if x > 0 else -x, -2.0, 2.0),
        (lambda x: (lambda y: y + 1)(x) + sum(z for z in (1.0, 2.0)), 1.0, 5.0),
        (lambda x: 3.0, 1.0, 3.0),
        (decorated_cube, 2.0, 8.0),
        (JITTED, 2.0, 8.0),
        (jitted_square, 2.0, 4.0),
        (jax.jit(jitted_square), 2.0, 4.0),
        (jnp.sin, 0.0, 0.0),
        (np.cosh, 0.0, 1.0),
        (jax.nn.relu, -1.0, 0.0),
        (math.exp, 0.0, 1.0),
        (max, 2.0, None),
        ("lambda x: jnp.sum(x) + np.pi", 0.0, math.pi),
        ("jnp.tanh", 0.0, 0.0),
        ("def f(x):\n    return 2 * x", 2.0, 4.0),
    ],
)
def test_the_source_of_a_function_makes_it_again(function: Any, at: float, gives: Any) -> None:
    text = portable(function, "again")
    made = given.function(text)
    assert given.name_of(text) == "again"
    if gives is not None:
        assert float(made(jnp.float32(at) if function is jax.nn.relu else at)) == pytest.approx(
            gives, rel=1e-6
        )
    assert made is not given.function(text) or not inspect.isfunction(made)


def test_lambdas_on_one_line_are_told_apart() -> None:
    made = Function(a=lambda x: x + 1, b=lambda x: x + 2, c=lambda x: x + 1)
    assert [given.without_imports(text) for text in made.texts.values()] == [
        "a = lambda x: x + 1",
        "b = lambda x: x + 2",
        "c = lambda x: x + 1",
    ]


FACTOR = 3.0


def closed_over(k: float) -> Callable[[float], float]:
    return lambda x: k * x


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (
            lambda x: FACTOR * x,
            "uses FACTOR, which does not exist where it runs: it can use only np, jnp, jax, math "
            "and its own parameters; write the value of FACTOR into it, or add a default, such "
            "as lambda x, FACTOR=2.0: FACTOR * x",
        ),
        (
            closed_over(2.0),
            "uses k, which does not exist where it runs: it can use only np, jnp, jax, math and "
            "its own parameters; write the value of k into it, or add a default, such as lambda "
            "x, k=2.0: k * x",
        ),
        (
            lambda x: optax.l2_loss(x),
            "uses optax of the package optax; it can use only np, jnp, jax, math and its own "
            "parameters",
        ),
        (
            functools.partial(decorated_cube),
            "is not a function (type=partial); write a lambda, or the name of a function that "
            "this notebook defines",
        ),
        (
            3,
            "is not a function (type=int); write a lambda, or the name of a function that this "
            "notebook defines",
        ),
        (
            jax.grad(decorated_cube),
            "is made from the function decorated_cube by another function; write what it does, "
            "such as lambda x: jax.grad(decorated_cube)(x), with decorated_cube written out",
        ),
        ("x + 1", "is not the text of exactly one function, such as 'lambda x: x**3 - 2'"),
        ("lambda x: (", "is not valid Python: '(' was never closed"),
        (
            eval("lambda x: x"),
            "has no source that autograder can find (in <string>); define it in a cell of the "
            "notebook, or write it as a string: 'lambda x: x**3 - 2'",
        ),
    ],
)
def test_a_function_that_cannot_be_taken_along_says_why(function: Any, why: str) -> None:
    with pytest.raises(NotPortable, match=f"^{re.escape(why)}$"):
        portable(function, "f", packages=("numpy", "jax", "math"))


def one(**functions: Any) -> list[str]:
    return Function(**functions).faults()


def test_a_declaration_of_functions_is_checked() -> None:
    assert one(a=lambda x: x, b=jnp.sin) == []
    assert one(a=lambda x: x) == [
        "a Function needs at least two named functions, as in Function(cubic=lambda x: x**3, "
        "cosine=jnp.cos): students see the first, and the hidden cases use the others"
    ]
    assert one(a=jnp.sin, b=jnp.cos, public="a") == [
        "public='a' is not a tuple of names; write public=('a',)"
    ]
    assert one(a=jnp.sin, b=jnp.cos, public=("c",)) == [
        "public names 'c', which is not one of its functions; they are a, b"
    ]
    assert one(a=jnp.sin, b=jnp.cos, public=()) == [
        "public=() names no function; students need at least one to try"
    ]
    assert one(a=jnp.sin, b=jnp.cos, public=("a", "b")) == [
        "public names all functions, so none is left for the hidden cases; remove at least one"
    ]
    assert one(a=jnp.sin, b=lambda x: FACTOR)[0].startswith("b uses FACTOR, which")
    with pytest.raises(
        DeclarationError,
        match=r"arguments\['f'\]=.* does not describe an argument; write Function\(one=…, "
        r"another=…\), which names each function",
    ):
        Question("newton", arguments={"f": [jnp.sin, jnp.cos]})  # type: ignore[dict-item]


def test_students_see_the_first_function_and_hidden_cases_have_the_others() -> None:
    made = Function(a=lambda x: x, b=lambda x: 2 * x, c=jnp.sin)
    assert (made.options(public=True), made.options(public=False)) == (("a",), ("b", "c"))
    made = Function(public=("a", "c"), a=lambda x: x, b=lambda x: 2 * x, c=jnp.sin)
    assert (made.options(public=True), made.options(public=False)) == (("a", "c"), ("b",))
    drawn = Tuple(made, Array("N")).draw(RNG, Drawing({"N": 2}, "normal", "tuple", "0"))
    assert describe(drawn) == "(b, a JAX array of shape (2,))"


def test_a_question_about_functions_is_built_stored_and_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = asked_ways.NEWTON.question()

    @question.alternative
    def in_a_loop(f: Any, x: Any, steps: int) -> Any:
        def step(_: Any, x: Any) -> Any:
            value, slope = jax.value_and_grad(f)(x)
            return x - value / slope

        return jax.lax.fori_loop(0, steps, step, jnp.float32(x))

    @question.misconception("the step goes uphill", hint="Subtract the quotient.")
    def uphill(f: Any, x: Any, steps: int) -> Any:
        for _ in range(steps):
            x = x + f(x) / jax.grad(f)(x)
        return x

    def only_the_public_one(f: Any, x: Any, steps: int) -> Any:
        return asked_ways.newton(lambda x: x**3 + 2 * x - 5, x, steps)

    built = build("t", [question], {"newton": asked_ways.newton}, "secret")
    save(built.hidden, tmp_path / "hidden")
    save(built.public, tmp_path / PUBLIC_FILE)
    groups = load(tmp_path / "hidden", "").groups["newton"]
    assert b"wave" not in (tmp_path / PUBLIC_FILE).read_bytes()
    for name, group in groups.items():
        names = {given.name_of(each.case.arguments["f"].text) for each in group.cases}
        assert names == ({"cubic"} if name == "public" else {"cosine", "wave"}), name
        assert examine(asked_ways.newton, group) is None
        assert examine(in_a_loop, group) is None
        assert (examine(only_the_public_one, group) is None) == (name == "public")
        finding = examine(uphill, group)
        assert finding is not None
        assert finding.diagnosis is not None
        assert finding.diagnosis.name == "the step goes uphill"
    finding = examine(uphill, load(tmp_path / PUBLIC_FILE, "").groups["newton"]["public"])
    assert finding is not None
    told = in_notebook("newton", finding)
    assert "It was called with f=cubic, x=" in told
    assert "\ncubic = lambda x: x ** 3 + 2 * x - 5\n" in told
    assert "lambda" not in in_grading("newton", finding, False)
    monkeypatch.chdir(tmp_path)
    f, x, steps = public_case("newton", 0)
    assert f(2.0) == 7.0
    assert np.isfinite(asked_ways.newton(f, x, steps))


def test_code_that_is_given_is_found_by_a_traceback_and_by_inspect() -> None:
    made = given.function(portable(asked_ways.wave, "wave"))
    assert inspect.getsource(made).startswith("def wave(x")


STATE = Made(lambda params, rate=0.5: optax.sgd(rate, momentum=0.9).init(params))
ARGUMENTS = {
    "params": Value("tree", fields={"w": Value("jax", np.ones(3, np.float32))}),
    "state": Value("made", text=STATE.text),
}


def test_a_state_is_made_of_copies_of_other_arguments_in_every_precision() -> None:
    assert STATE.needs == ("params",)
    assert describe(ARGUMENTS["state"]) == "optax.sgd(rate, momentum=0.9).init(params)"
    passed = to_python(ARGUMENTS)
    assert jax.tree.leaves(passed["state"])[0].shape == (3,)

    def writes(params: Any, state: Any) -> Any:
        return jax.tree.leaves(state)[0] + params["w"]

    for arguments in (ARGUMENTS, nudge_floats(ARGUMENTS, RNG)):
        outcome = call(writes, arguments)
        assert isinstance(outcome, Returned)
        assert np.allclose(outcome.array, 1.0)
    with jax.enable_x64(True):
        wide = {**ARGUMENTS, "params": Value("tree", fields={"w": Value("jax", np.ones(3))})}
        assert to_python(wide)["state"][0].trace["w"].dtype == np.float64


def test_code_that_raises_is_told_as_such_and_stops_a_build() -> None:
    broken = Made(lambda x: optax.adam(0.1).init(x).missing)
    arguments = {"x": Value("numpy", np.ones(2)), "state": Value("made", text=broken.text)}
    outcome = call(lambda x, state: x, arguments)
    assert outcome == Failed(
        "could not be called: the assignment's own code for an argument raised AttributeError.",
        "state: 'tuple' object has no attribute 'missing'",
    )
    question = Question(
        "f", arguments={"x": Array("N"), "state": broken}, dims={"N": (2, 3)}, several=True
    )
    with pytest.raises(
        BuildError,
        match=r"the reference could not be called: the assignment's own code for an argument "
        r"raised AttributeError\.\nstate: 'tuple' object has no attribute 'missing'",
    ):
        build("t", [question], {"f": lambda x, state: x}, "s")


def test_what_an_argument_is_made_of_is_checked() -> None:
    def declare(**options: Any) -> None:
        Question("f", dims={"N": (2, 3)}, **options)

    x = Array("N")
    for arguments, options, why in (
        (
            {"x": x, "s": Made(lambda y: y)},
            {},
            "is made from 'y', which is not an argument; the arguments are x, s",
        ),
        ({"x": x, "s": Made(lambda s: s)}, {}, "is made from itself"),
        (
            {"x": x, "s": Made(lambda t: t), "t": Tree(u=Made(lambda s: s))},
            {},
            "is made from itself",
        ),
        (
            {"x": x, "s": Made(lambda x: x)},
            {"laws": ("vmap",)},
            "laws='vmap' (type=str) does not work with an argument that is made from others, "
            "such as 's'; remove the law",
        ),
        ({"x": x, "s": Made(3)}, {}, "cannot be drawn: the code is not a function (type=int)"),
        (
            {"x": x, "s": Made(lambda x: FACTOR * x)},
            {},
            "the code uses FACTOR, which does not exist where it runs: it can use only "
            "installed packages and its own parameters",
        ),
        ({"x": x, "r": Rngs("a", "a")}, {}, "cannot be drawn: names a stream twice"),
        ({"x": x, "r": Rngs("a b")}, {}, "'a b' is not the name of a stream; write Rngs('params'"),
    ):
        with pytest.raises(DeclarationError, match=re.escape(why)):
            declare(arguments=arguments, **options)


def test_rngs_have_one_seed_or_one_for_each_stream() -> None:
    for described, streams in ((Rngs(), ("default",)), (Rngs("params", "dropout"), None)):
        value = described.draw(np.random.default_rng(1), Drawing({}, kind="rngs"))
        passed = to_python({"rngs": value})["rngs"]
        assert isinstance(passed, nnx.Rngs)
        assert tuple(passed) == (streams or ("params", "dropout"))
        assert re.fullmatch(r"nnx\.Rngs\((params=\d+, dropout=)?\d+\)", describe(value))
        again = to_python({"rngs": value})["rngs"]
        assert jax.random.key_data(passed[next(iter(passed))]()).tolist() == (
            jax.random.key_data(again[next(iter(again))]()).tolist()
        )
        assert described.vary(value, RNG).data.shape == value.data.shape


def test_every_name_is_in_the_manual() -> None:
    manual = (ROOT / "docs" / "manual.md").read_text(encoding="utf-8")
    assert all(f"{name}(" in manual for name in ("Function", "Made", "Rngs"))


def test_dims_and_arguments_go_on_beside_them() -> None:
    question = asked_ways.ADAM.question()
    assert question.arguments["state"].dims == ()
    assert Dim("N").needs == ()
