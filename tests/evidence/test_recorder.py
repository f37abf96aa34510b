"""What the recorder sees of a function while it runs: every transform, however it is spelled, and
the parameters it makes. Covers too: `evidence.facts`, `evidence.internals`, `evidence.lanes`,
`evidence.parameters`.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from flax.nnx import vmap as lift

from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value
from autograder.evidence import internals
from autograder.evidence.facts import TRANSFORMS, Facts, NoFacts, Parameter, from_json, to_json
from autograder.evidence.recorder import gather

B, D, F = 5, 3, 7


def looked_at(function, afresh=False):
    """The facts of a call with a (B, D) array, and the outcome."""
    arguments = {
        "x": Value("jax", np.random.default_rng(0).standard_normal((B, D)).astype(np.float32))
    }
    facts, outcome = gather(function, arguments, afresh=afresh)
    assert isinstance(outcome, Returned), outcome
    return facts, outcome


def seen(function, transform, **wanted):
    """Whether the recorder saw a call of `transform` with these facts."""
    facts, _ = looked_at(function)
    return any(
        each.transform == transform
        and all(getattr(each, name) == value for name, value in wanted.items())
        for each in facts.applied
    )


def linear():
    return nnx.Linear(D, F, rngs=nnx.Rngs(0))


@nnx.vmap(in_axes=(None, 0))
def at_module_level(model, x):
    return model(x)


@nnx.jit
def compiled_at_module_level(model, x):
    return nnx.vmap(lambda model, x: model(x), in_axes=(None, 0))(model, x)


@jax.jit
def compiled_by_jax(x):
    return jax.vmap(lambda row: row * 2)(x)


SPELLINGS = {
    "called": lambda x: nnx.vmap(lambda model, row: model(row), in_axes=(None, 0))(linear(), x),
    "decorated at module level": lambda x: at_module_level(linear(), x),
    "imported under another name": lambda x: lift(lambda model, row: model(row), in_axes=(None, 0))(
        linear(), x
    ),
    "partial": lambda x: functools.partial(nnx.vmap, in_axes=(None, 0))(
        lambda model, row: model(row)
    )(linear(), x),
    "decorator with arguments": lambda x: nnx.vmap(in_axes=(None, 0))(
        lambda model, row: model(row)
    )(linear(), x),
    "axes as StateAxes": lambda x: nnx.vmap(
        lambda model, row: model(row), in_axes=(nnx.StateAxes({...: None}), 0)
    )(linear(), x),
    "without graph": lambda x: nnx.vmap(
        lambda model, row: model(row), in_axes=(None, 0), graph=False
    )(linear(), x),
    "a negative axis": lambda x: nnx.vmap(lambda model, row: model(row), in_axes=(None, -2))(
        linear(), x
    ),
    "without updates": lambda x: nnx.vmap(
        lambda model, row: model(row), in_axes=(None, 0), graph_updates=False
    )(linear(), x),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nnx_vmap_is_seen_however_it_is_spelled(spelling):
    assert seen(
        SPELLINGS[spelling], "nnx.vmap", lanes=B, in_axes=(None, 0), answers=True, inside=None
    )


def test_jax_vmap_is_seen_over_states_modules_and_bound_methods_and_not_where_flax_uses_it():
    def by_state(x):
        graph, state = nnx.split(linear())
        return jax.vmap(lambda state, row: nnx.merge(graph, state)(row), in_axes=(None, 0))(
            state, x
        )

    assert seen(by_state, "jax.vmap", lanes=B, in_axes=(None, 0), answers=True)
    assert seen(lambda x: jax.vmap(linear())(x), "jax.vmap", lanes=B)
    dense = nn.Dense(F)
    assert seen(
        lambda x: jax.vmap(dense.apply, in_axes=(None, 0))(dense.init(jax.random.key(0), x[0]), x),
        "jax.vmap",
        lanes=B,
    )
    for spelling in SPELLINGS.values():
        assert not seen(spelling, "jax.vmap")


def test_linen_transforms_are_seen():
    def lifted(x):
        layer = nn.vmap(
            nn.Dense, in_axes=0, variable_axes={"params": None}, split_rngs={"params": False}
        )(F)
        return layer.apply(layer.init(jax.random.key(0), x), x)

    facts, _ = looked_at(lifted)
    assert {(each.transform, each.lanes, each.answers) for each in facts.applied} == {
        ("nn.vmap", B, True)
    }
    assert set(facts.parameters) == {Parameter((D, F), True), Parameter((F,), None)}

    class Step(nn.Module):
        @nn.compact
        def __call__(self, carry, _):
            return nn.Dense(D)(carry), None

    def scanned(x):
        deep = nn.scan(Step, variable_axes={"params": 0}, split_rngs={"params": True}, length=4)()
        return deep.apply(deep.init(jax.random.key(0), x, None), x, None)[0]

    facts, _ = looked_at(scanned)
    assert {(each.transform, each.lanes) for each in facts.applied} == {("nn.scan", 4)}
    assert Parameter((4, D, D), True) in facts.parameters


def test_scans_and_their_nesting_are_seen():
    def scan_inside(x):
        run = nnx.scan(lambda carry, step: carry + step, in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)
        return nnx.vmap(lambda row: run(row, jnp.arange(4.0)))(x)

    facts, _ = looked_at(scan_inside)
    assert [(each.transform, each.lanes, each.inside) for each in facts.applied] == [
        ("nnx.vmap", B, None),
        ("nnx.scan", 4, 0),
    ]
    assert facts.applied[1].in_axes == ("carry", 0)

    def vmap_inside(x):
        return jax.lax.scan(
            lambda carry, step: (jax.vmap(lambda row: row + step)(carry), None), x, jnp.arange(4.0)
        )[0]

    facts, _ = looked_at(vmap_inside)
    assert [(each.transform, each.lanes, each.inside) for each in facts.applied] == [
        ("jax.lax.scan", 4, None),
        ("jax.vmap", B, 0),
    ]


def test_splits_of_random_numbers_are_seen_in_all_forms():
    def decorated(x):
        return nnx.split_rngs(splits=4)(nnx.vmap(lambda rngs: nnx.Linear(D, F, rngs=rngs)))(
            nnx.Rngs(0)
        ).kernel[...]

    def in_place(x):
        rngs = nnx.Rngs(0)
        nnx.split_rngs(rngs, splits=4)
        return nnx.vmap(lambda rngs: nnx.Linear(D, F, rngs=rngs))(rngs).kernel[...]

    def method(x):
        return nnx.vmap(lambda rngs: nnx.Linear(D, F, rngs=rngs))(nnx.Rngs(0).split(4)).kernel[...]

    def context(x):
        rngs = nnx.Rngs(0)
        with nnx.split_rngs(rngs, splits=4):
            return nnx.vmap(lambda rngs: nnx.Linear(D, F, rngs=rngs))(rngs).kernel[...]

    for function in (decorated, in_place, method, context):
        facts, _ = looked_at(function)
        assert [each.lanes for each in facts.applied if each.transform == "nnx.split_rngs"] == [
            4
        ], function.__name__
        (mapped,) = [each for each in facts.applied if each.transform == "nnx.vmap"]
        assert mapped.makes
        assert mapped.lanes == 4
        assert Parameter((4, D, F), True) in facts.parameters


def test_parameters_that_each_lane_makes_have_the_lane_axis():
    facts, _ = looked_at(
        lambda x: jax.vmap(lambda key, row: nnx.Linear(D, F, rngs=nnx.Rngs(key))(row))(
            jax.random.split(jax.random.key(0), B), x
        )
    )
    assert Parameter((B, D, F), None) in facts.parameters
    facts, _ = looked_at(lambda x: jax.vmap(lambda row: linear()(row))(x))
    assert (B, D, F) not in {each.shape for each in facts.parameters}


def test_equal_copies_are_told_from_different_models():
    def copies(x):
        return nnx.vmap(lambda rngs: nnx.Linear(D, F, rngs=rngs), in_axes=None, axis_size=4)(
            nnx.Rngs(0)
        ).kernel[...]

    facts, _ = looked_at(copies)
    assert Parameter((4, D, F), False) in facts.parameters


def test_a_show_beside_the_answer_is_told_from_what_gives_it():
    def show(x):
        nnx.vmap(lambda model, row: model(row), in_axes=(None, 0))(linear(), x + 1)
        return linear()(x)

    assert seen(show, "nnx.vmap", lanes=B, answers=False)
    assert seen(
        lambda x: nnx.vmap(lambda row: jax.nn.relu(row))(x) * 0, "nnx.vmap", answers=False
    ), "more zeros than the transform returned"


def test_what_jit_compiled_before_is_seen_afresh():
    def by_nnx(x):
        return compiled_at_module_level(linear(), x)

    for function, inner in ((by_nnx, "nnx.vmap"), (compiled_by_jax, "jax.vmap")):
        looked_at(function)
        facts, _ = looked_at(function)
        assert inner not in {each.transform for each in facts.applied}
        facts, _ = looked_at(function, afresh=True)
        assert inner in {each.transform for each in facts.applied}
        assert {"nnx.jit", "jax.jit"} & {each.transform for each in facts.applied}


def test_functions_of_jax_that_are_compiled_are_no_transforms_of_the_answer():
    jax.clear_caches()
    facts, _ = looked_at(lambda x: jnp.where(jnp.sum(x) > 0, jnp.cumsum(x), jnp.sort(x, axis=None)))
    assert facts.applied == ()


def test_looking_changes_no_value_and_no_error_message():
    def fails(x):
        return nnx.vmap(lambda model, row: model(row), in_axes=(0, 0))(linear(), x)

    arguments = {"x": Value("jax", np.ones((B, D), np.float32))}
    assert gather(fails, arguments)[1] == call(fails, arguments)
    assert isinstance(gather(fails, arguments)[1], Failed)
    for spelling in SPELLINGS.values():
        watched, plain = gather(spelling, arguments)[1], call(spelling, arguments)
        assert watched.array.tobytes() == plain.array.tobytes()
    traces = []
    compiled = jax.jit(lambda x: traces.append(1) or x * 2)
    call(compiled, arguments)
    gather(compiled, arguments)
    assert traces == [1], "no second trace"


def test_the_profiler_that_was_there_is_there_again_and_who_takes_ours_away_is_noticed():
    def other(*_):
        return None

    sys.setprofile(other)
    try:
        looked_at(lambda x: x)
        assert sys.getprofile() is other
    finally:
        sys.setprofile(None)

    def switches_off(x):
        sys.setprofile(None)
        return x

    assert looked_at(switches_off)[0].stopped


def test_every_piece_of_code_that_is_looked_for_exists():
    def codes(code):
        yield code
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                yield from codes(constant)

    for name, module in {
        **{name: module for name, (module, _) in internals.NEWEST.items()},
        **internals.OTHERS,
    }.items():
        source = importlib.import_module(module)
        compiled = compile(
            Path(source.__file__).read_text(encoding="utf-8"),
            source.__file__,
            "exec",
            dont_inherit=True,
        )
        assert name in {code.co_qualname for code in codes(compiled)}, f"{module} has no {name}"
    assert {transform for _, transform in internals.NEWEST.values()} == set(TRANSFORMS)


def test_facts_cross_as_json_and_nothing_else_does():
    facts, _ = looked_at(SPELLINGS["called"])
    assert from_json(to_json(facts)) == facts
    told = {
        "applied": [{"transform": "nnx.vmap", "inside": None, "lanes": 3, "in_axes": [None, 0]}],
        "parameters": [{"shape": [3, 4]}],
    }
    assert from_json(told).parameters == (Parameter((3, 4)),)
    for wrong in (
        None,
        [],
        {"applied": "nnx.vmap", "parameters": []},
        {"applied": [{"transform": "secret 0.123"}], "parameters": []},
        {"applied": [{"transform": "nnx.vmap", "inside": 0}], "parameters": []},
        {"applied": [{"transform": "nnx.vmap", "lanes": "0.123"}], "parameters": []},
        {"applied": [{"transform": "nnx.vmap", "in_axes": ["secret"]}], "parameters": []},
        {"applied": [], "parameters": [{"shape": [1e99]}]},
        {"applied": [], "parameters": [{"shape": [1]}] * 501},
    ):
        with pytest.raises(NoFacts):
            from_json(wrong)
    assert from_json({"applied": [], "parameters": [], "stopped": "yes"}) == Facts()


class ByCompact(nn.Module):
    """`nn.vmap` of a function of a layer made earlier."""

    @nn.compact
    def __call__(self, x: Any) -> Any:
        return nn.vmap(
            lambda layer, row: layer(row),
            variable_axes={"params": None},
            split_rngs={"params": False},
        )(nn.Dense(4), x)


class BySetup(nn.Module):
    """`nn.vmap` of a function of the module itself."""

    def setup(self) -> None:
        self.layer = nn.Dense(4)

    def __call__(self, x: Any) -> Any:
        return nn.vmap(
            lambda module, row: module.layer(row),
            variable_axes={"params": None},
            split_rngs={"params": False},
        )(self, x)


@pytest.mark.parametrize("module", [ByCompact, BySetup])
def test_a_lifted_function_is_seen_as_a_lifted_class_is(module: type[nn.Module]) -> None:
    def answer(x: Any) -> Any:
        return module().init_with_output(jax.random.key(0), x)[0]

    facts, _ = gather(answer, {"x": Value("jax", np.ones((5, 3), np.float32))})
    (applied,) = facts.applied
    assert (applied.transform, applied.lanes, applied.answers) == ("nn.vmap", 5, True)
    assert {each.shape for each in facts.parameters} == {(3, 4), (4,)}
