"""Arguments by keyword, returned functions, given code around an answer, and several calls of one
object: a right answer passes, and a sentence names the call that is wrong. Covers too:
`calls.stages`, `questions.way_faults`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import asked_ways
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from asked_ways import ADAM, ALL, AVERAGE, LAYER, STEP, THROUGH
from flax import nnx

from autograder import Array, DeclarationError, Dim, Question, state
from autograder.audit.answers import Answer, plain
from autograder.audit.mutants import mutants
from autograder.audit.rewrites import rewrites
from autograder.calls import stages
from autograder.calls.call import Failed, call
from autograder.calls.causes import OF_ITS_OWN
from autograder.calls.spec import CallSpec
from autograder.checks.messages import in_grading, in_notebook
from autograder.evidence import jaxpr
from autograder.evidence.recorder import gather
from autograder.questions.sources import source_of
from autograder.verdicts.examine import examine


def told(asked: asked_ways.Asked, answer: Any) -> str:
    """The sentence about a wrong answer, without the case."""
    finding = examine(answer, asked.group())
    assert finding is not None
    return in_grading(asked.name, finding, False).split(" [case ")[0]


def again(asked: asked_ways.Asked, answer: Any) -> str:
    """What the notebook says about how to repeat the call."""
    finding = examine(answer, asked.group())
    assert finding is not None
    return in_notebook(asked.name, finding).partition("import public_case\n")[2]


@pytest.mark.parametrize("name", ALL)
def test_the_solution_passes_every_group_and_laws(name: str) -> None:
    asked = ALL[name]
    traced = name in ("then", "keywords", "calls", "made")
    for group in ("public", "types", *(("jit",) if traced and name != "calls" else ())):
        laws = {"laws": ("jit",)} if group == "jit" else {}
        assert examine(asked.solution, asked.group(group, **laws)) is None


def test_a_module_with_rngs_obeys_every_law_of_a_transform() -> None:
    for law in ("vmap", "grad"):
        assert examine(asked_ways.Layer, LAYER.group(law, laws=(law,))) is None


@pytest.mark.parametrize("name", ["a function", "made", "keywords", "calls"])
def test_what_half_precision_does_is_measured(name: str) -> None:
    group = ALL[name].group("types", imprecise=0.5)
    measured = [half.error for each in group.cases for half in each.half.values()]
    assert measured
    assert all(0 < error < 1e6 for error in measured)


@pytest.mark.parametrize("name", ALL)
def test_right_answers_in_other_words_pass_and_wrong_ones_do_not(name: str) -> None:
    asked = ALL[name]
    question, group = asked.question(), asked.group("types")
    source = source_of(asked.solution)

    def judged(answer: Answer) -> bool:
        scope = {**vars(asked_ways)}
        exec(answer.source, scope)
        return examine(scope[asked.name], group) is None

    right = [answer for answer in rewrites(source, question) if answer.kind != "spelled"]
    assert len(right) > 1
    assert [answer.name for answer in right if not judged(answer)] == []
    wrong = [
        answer
        for answer in mutants(plain(source, question), question)
        if answer.name in ("zeros", "ones", "negated", "a constant added", "bfloat16")
    ]
    assert len(wrong) == 5
    assert [answer.name for answer in wrong if judged(answer)] == []


def test_an_argument_by_keyword() -> None:
    class ByPosition(asked_ways.Layer):
        def __init__(self, din: int, dout: int, rngs: nnx.Rngs) -> None:
            super().__init__(din, dout, rngs=rngs)

    class WithoutRngs(asked_ways.Layer):
        def __init__(self, din: int, dout: int) -> None:
            super().__init__(din, dout, rngs=nnx.Rngs(0))

    class OwnRngs(asked_ways.Layer):
        def __init__(self, din: int, dout: int, *, rngs: nnx.Rngs) -> None:
            super().__init__(din, dout, rngs=nnx.Rngs(0))

    assert examine(ByPosition, LAYER.group()) is None
    assert told(LAYER, WithoutRngs) == (
        "Layer does not accept the arguments that the question passes: (din, dout, rngs=…)."
    )
    assert told(LAYER, OwnRngs).startswith("Layer returned wrong values in")
    assert again(LAYER, OwnRngs) == (
        "  din, dout, rngs, x = public_case('Layer', 0)\n  Layer(din, dout, rngs=rngs)(x)"
    )


def test_a_plain_function_with_keywords() -> None:
    question = Question(
        "scaled",
        arguments={"factor": Dim("F"), "x": Array("N")},
        dims={"F": (2, 5), "N": (1, 3)},
        keywords=("factor",),
    )

    def scaled(x: Any, *, factor: int) -> Any:
        return x * factor

    case = {
        "factor": question.arguments["factor"].draw(np.random.default_rng(0), _size("int", F=3)),
        "x": question.arguments["x"].draw(np.random.default_rng(0), _size("jax", N=2)),
    }
    assert not isinstance(call(scaled, case, question.way), Failed)
    assert call(lambda factor, y: y, case, question.way) == Failed(
        "does not accept the arguments that the question passes: (x, factor=…)."
    )


def _size(kind: str, **sizes: int) -> Any:
    from autograder.questions.argument import Drawing

    return Drawing(sizes, "normal", kind)


def step_that(change: Callable[..., Any]) -> Callable[..., Any]:
    return lambda loss, rate: lambda w: change(loss, rate, w)


def raises(*_: Any) -> Any:
    raise KeyError("w")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            lambda loss, rate: rate,
            "make_step did not return a function; the question calls what it re",
        ),
        (lambda loss, rate: None, "make_step returned None. Is a `return` missing?"),
        (lambda loss: None, "make_step takes 1 positional argument; the question calls it with 2:"),
        (raises, "make_step raised KeyError."),
        (
            lambda loss, rate: lambda w, x: w,
            "make_step (the function that it returned) takes 2 positional arguments; the question "
            "calls it with 1: (w).",
        ),
        (step_that(raises), "make_step (the function that it returned) raised KeyError."),
        (
            step_that(lambda *_: None),
            "make_step (the function that it returned) returned None. Is a `return` missing?",
        ),
        (
            step_that(lambda loss, rate, w: w + rate * jax.grad(loss)(w)),
            "make_step (the function that it returned) returned wrong values in",
        ),
        (
            step_that(lambda loss, rate, w: w[:-1]),
            "make_step (the function that it returned) returned an array with 2 elements and",
        ),
    ],
)
def test_a_function_that_is_returned_is_called(answer: Any, sentence: str) -> None:
    assert told(STEP, answer).startswith(sentence)


def test_how_a_returned_function_is_called_again() -> None:
    assert again(STEP, step_that(raises)) == (
        "  loss, rate, w = public_case('make_step', 0)\n  make_step(loss, rate)(w)"
    )


def test_given_code_calls_the_answer() -> None:
    def by_jvp(f: Any, x: Any, steps: int) -> Any:
        for _ in range(steps):
            value, slope = jax.jvp(f, (jnp.float32(x),), (jnp.float32(1),))
            x = x - value / slope
        return x

    def uphill(f: Any, x: Any, steps: int) -> Any:
        for _ in range(steps):
            x = x + f(x) / jax.grad(f)(x)
        return x

    assert examine(by_jvp, THROUGH.group()) is None
    assert told(THROUGH, uphill).startswith(
        "newton (called through `roots`) returned wrong values in 2 of 2 elements"
    )
    assert told(THROUGH, lambda f: f) == "newton (called through `roots`) raised TypeError."
    assert told(THROUGH, None).startswith("newton (called through `roots`) is not defined.")
    assert again(THROUGH, uphill) == (
        "  a, x, steps = public_case('newton', 0)\n  roots(a, x, steps)"
    )


class Once(asked_ways.Average):
    def update(self, x: Any) -> Any:
        self.mean = np.asarray(x).mean(axis=0)
        return self.mean


class Later(asked_ways.Average):
    def __init__(self, size: int, share: float) -> None:
        super().__init__(size, share)
        self.count = 0

    def update(self, x: Any) -> Any:
        self.count += 1
        if self.count == 2:
            raise ValueError("twice")
        return super().update(x)


class Silent(asked_ways.Average):
    def update(self, x: Any) -> Any:
        super().update(x)


class Untouched:
    def __init__(self, size: int, share: float) -> None: ...

    def update(self, x: Any) -> Any: ...

    def __call__(self, x: Any) -> Any: ...


class Hidden:
    def __init__(self, size: int, share: float) -> None:
        self.inner = asked_ways.Average(size, share)

    def update(self, x: Any) -> Any:
        return self.inner.update(x)

    def __call__(self, x: Any) -> Any:
        return self.inner(x)


class Drifting(asked_ways.Average):
    def __call__(self, x: Any) -> Any:
        answer = super().__call__(x)
        self.mean = self.mean + 1
        return answer


class Wordy(asked_ways.Average):
    def update(self, x: Any, y: Any) -> Any:  # type: ignore[override]
        return super().update(x)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Once, "Average (the first call, `update`) returned wrong values in"),
        (Later, "Average (the second call, `update`) raised ValueError."),
        (Silent, "Average (the first call, `update`) returned None. Is a `return` missing?"),
        (Untouched, "Average (the first call, `update`) returned None. Is a `return` missing?"),
        (Wordy, "Average (the first call, `update`) takes 2 positional arguments; the question"),
        (Drifting, "Average (its state after the third call) has wrong values in"),
        (Hidden, "Average (its state after the third call) has no array named `mean`."),
        (lambda size, share: size, "Average (the first call, `update`) does not exist: the class"),
        (lambda size: size, "Average takes 1 positional argument; the question calls it with 2:"),
        (raises, "Average raised KeyError."),
    ],
)
def test_the_call_that_is_wrong_is_named(answer: Any, sentence: str) -> None:
    assert told(AVERAGE, answer).startswith(sentence)


def test_how_several_calls_are_made_again() -> None:
    assert again(AVERAGE, Once) == (
        "  size, share, first, second = public_case('Average', 0)\n"
        "  made = Average(size, share)\n  made.update(first)\n  made.update(second)\n  made(first)"
    )


def test_an_answer_may_change_its_own_arrays_later_return_itself_and_keep_more() -> None:
    class InPlace:
        def __init__(self, size: int, share: float) -> None:
            self.mean, self.share = np.zeros(size, np.float32), share
            self.seen, self.batches = 0, [np.zeros(3)]

        def update(self, x: Any) -> Any:
            self.seen += 1
            self.mean += self.share * (np.asarray(x).mean(axis=0) - self.mean)
            return self.mean  # the same array in each call

        def __call__(self, x: Any) -> Any:
            return np.asarray(x) - self.mean

    class OfFlax(nnx.Module):
        def __init__(self, size: int, share: float) -> None:
            self.mean, self.share = nnx.BatchStat(jnp.zeros(size)), share
            self.dropout = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

        def update(self, x: Any) -> Any:
            old = self.mean[...]
            self.mean[...] = old + self.share * (jnp.asarray(x).mean(axis=0) - old)
            return self.mean

        def __call__(self, x: Any) -> Any:
            return jnp.asarray(x) - self.mean[...]

    group = AVERAGE.group("types")
    assert examine(InPlace, group) is None
    assert examine(OfFlax, group) is None

    class Fluent(asked_ways.Average):
        def update(self, x: Any) -> Any:
            super().update(x)
            return self

    fluent = asked_ways.Asked("Average", Fluent, AVERAGE.options)
    for answer in (Fluent, Silent, asked_ways.Average):  # its return value does not matter
        assert examine(answer, fluent.group("types")) is None


def test_the_state_is_that_of_a_module_or_the_arrays_of_an_object() -> None:
    class Module(nnx.Module):
        def __init__(self) -> None:
            self.linear = nnx.Linear(1, 1, rngs=nnx.Rngs(0))
            self.dropout = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

        def __call__(self) -> None: ...

    class Plain:
        def __init__(self) -> None:
            self.w, self.parts, self._own = np.ones(2), {"a": jnp.ones(1)}, np.ones(3)
            self.rate, self.name = 0.1, "x"

        def __call__(self) -> None: ...

    way = CallSpec(several=True, calls=(("",), ("__call__",), ("",)))
    for made, names in (
        (Module, ["linear/bias", "linear/kernel"]),
        (Plain, ["w", "parts/a"]),
    ):
        outcome = call(made, {}, way)
        assert not isinstance(outcome, Failed)
        assert list(outcome.output) == [
            f"state {when}/{name}"
            for when in ("before first call", "after first call")
            for name in names
        ]
    named = CallSpec(several=True, calls=(("__call__",), ("", "rate", "parts", "none")))
    outcome = call(Plain, {}, named)
    assert not isinstance(outcome, Failed)
    assert list(outcome.output) == ["state/rate", "state/parts/a"]


def test_only_causes_of_the_stages_can_be_claimed() -> None:
    way = AVERAGE.question().way
    names = tuple(AVERAGE.options["arguments"])
    for text in (
        "raised ValueError.",
        "(the second call, `update`) raised ValueError.",
        "(the third call, `__call__`) takes 3 positional arguments; the question calls it with 1: "
        "(first).",
        "takes 1 positional argument; the question calls it with 2: (size, share).",
    ):
        assert stages.known_cause(text, way, names) == text
    for text in (
        "(the fourth call, `update`) raised ValueError.",
        "(the second call, `update`) saw 1 2 3.",
        "(the first call, `update`) takes 3 positional arguments; the question calls it with 1: "
        "(second).",
        3,
    ):
        assert stages.known_cause(text, way, names) == OF_ITS_OWN.says()


def test_what_the_given_code_does_is_not_seen_as_the_answers() -> None:
    from autograder import Function, Made, Rngs

    question = Question(
        "f",
        arguments={
            "g": Function(
                mapped=lambda x: jnp.sum(jax.vmap(lambda y: y**2)(x)), other=lambda x: jnp.sum(x)
            ),
            "layer": Made(lambda rngs: nnx.Linear(2, 3, rngs=rngs)),
            "rngs": Rngs(),
            "x": Array("N"),
        },
        dims={"N": (2, 3)},
    )
    rng = np.random.default_rng(0)
    case = {name: each.draw(rng, _wanted(each, name)) for name, each in question.arguments.items()}
    facts, _ = gather(lambda g, layer, rngs, x: g(x), case, question.way)
    assert (facts.applied, facts.parameters) == ((), ())
    facts, _ = gather(lambda g, layer, rngs, x: jax.vmap(jnp.sin)(x) * g(x), case, question.way)
    assert [each.transform for each in facts.applied] == ["jax.vmap"]
    assert jaxpr.equations(lambda g, layer, rngs, x: g(x) + layer(x[:2]), case, question.way)


def _wanted(each: Any, name: str) -> Any:
    from autograder.questions.argument import Drawing

    return Drawing({"N": 2}, "normal", each.kinds[0], "mapped" if name == "g" else "", True)


def f_of_g(x: Any) -> Any:
    return x


def uses_numbers(x: Any) -> Any:
    return newton(x) * LIMIT  # type: ignore[name-defined] # noqa: F821


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            {"keywords": "x"},
            "keywords='x' (type=str) is not a tuple of names of arguments such as (\"n\",)",
        ),
        ({"keywords": ("z",)}, "names 'z', which is not an argument; the arguments are n, x"),
        ({"then": ("z",)}, "names 'z', which is not an argument; the arguments are n, x"),
        (
            {"then": ("n", "x")},
            "names all arguments; the function that returns a function needs at least one",
        ),
        (
            {"then": ("x",), "constructor": ("n",)},
            "calls what a function returns; remove constructor",
        ),
        (
            {"calls": "x"},
            "is not a tuple; write a tuple of calls, and state() where it is needed; ",
        ),
        (
            {"calls": (("__call__", "x"),)},
            "call an object's methods, but only a class makes objects; name the arguments of the "
            "class in constructor, or write constructor=() if it has none",
        ),
        (
            {"calls": (("f", "x"),), "constructor": ("n",), "method": "g"},
            "does not work with calls, which name their own methods; remove method",
        ),
        (
            {"calls": (("f", "x"),), "constructor": ("n",), "then": ("x",)},
            "calls what a function returns; remove constructor",
        ),
        (
            {"calls": (3,), "constructor": ("n",)},
            "calls=3 (type=int) is not a call; write a tuple of",
        ),
        ({"calls": (("f", "z"),), "constructor": ()}, "names 'z', which is not an argument"),
        ({"calls": (("f", "x"),), "constructor": ()}, "never passes 'n'; name it in a call or"),
        ({"calls": (state(),), "constructor": ("n", "x")}, "has no call; write a tuple of calls"),
        (
            {"calls": (("f", "x"), state("a b")), "constructor": ("n",)},
            "names 'a b', which is not the name of an attribute",
        ),
        (
            {"through": 3},
            "is not a function; write the name of the given function that calls newton",
        ),
        ({"through": f_of_g}, "through='f_of_g' (type=str) does not call newton"),
        ({"through": uses_numbers}, "uses LIMIT, which does not exist where it runs"),
        (
            {"through": asked_ways.roots},
            "does not take the arguments of the question, which are n, x",
        ),
        (
            {"through": asked_ways.roots, "constructor": ("n",)},
            "decides how to call newton; remove constructor, then and calls",
        ),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape(why)):
        Question(
            "newton",
            arguments={"n": Dim("N"), "x": Array("N")},
            dims={"N": (1, 3)},
            **options,
        )


def test_a_gradient_beside_calls_is_refused() -> None:
    with pytest.raises(DeclarationError, match="does not work with a class; remove constructor"):
        AVERAGE.question(gradient=("first",))


def test_the_way_is_stored_only_where_it_says_something() -> None:
    assert ADAM.question().way.to_json().keys() == CallSpec().to_json().keys()
    for asked in ALL.values():
        way = asked.question().way
        assert CallSpec.from_json(way.to_json()) == way
