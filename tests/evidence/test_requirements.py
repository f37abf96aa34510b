"""Requirements on the method, each met and not met.

Covers too: `evidence.stored_requirements`.
"""

from __future__ import annotations

from typing import Any

import pytest

from autograder.evidence.facts import Applied, Facts, Parameter
from autograder.evidence.requirements import Requirement
from autograder.evidence.sizes import traced_dims
from autograder.evidence.stored_requirements import from_json, to_json
from autograder.evidence.transform import Seen
from autograder.rules import (
    constant_trace,
    either,
    every,
    parameters,
    shared_parameters,
    stacked_parameters,
    transform,
)

SIZES = {"B": 5, "D": 3, "F": 7}
MAPPED = Applied("nnx.vmap", None, 5, (None, 0), answers=True)
SCAN = Applied("nnx.scan", 0, 3, ("carry", 0))


def met(
    requirement: Requirement,
    *applied: Applied,
    made: tuple[Parameter, ...] = (),
    traces: Any = None,
) -> bool:
    """Judged as declared and as read back from JSON."""
    seen = Seen(Facts(applied, made), SIZES, traces or {})
    assert from_json(to_json(requirement)) == requirement
    return requirement.is_met(seen)


@pytest.mark.parametrize(
    ("requirement", "right", "wrong"),
    [
        (transform("nnx.vmap"), (MAPPED,), (Applied("nnx.scan"),)),
        (transform("jax.vmap", "nnx.vmap"), (MAPPED,), (Applied("nn.vmap"),)),
        (transform("nnx.vmap", lanes="B"), (MAPPED,), (Applied("nnx.vmap", None, 3),)),
        (
            transform("nnx.vmap", in_axes=(None, 0)),
            (MAPPED,),
            (Applied("nnx.vmap", None, 5, (0, None)),),
        ),
        (
            transform("nnx.vmap", makes_parameters=True),
            (Applied("nnx.vmap", makes=True),),
            (MAPPED,),
        ),
        (
            transform("nnx.vmap", gives_answer=True),
            (MAPPED,),
            (Applied("nnx.vmap", answers=False),),
        ),
        (
            transform("nnx.scan", inside=transform("nnx.vmap", lanes="B")),
            (MAPPED, SCAN),
            (Applied("nnx.scan", None, 3), Applied("nnx.vmap", 0, 5)),
        ),
        (either(transform("nn.scan"), transform("nnx.vmap")), (MAPPED,), (Applied("jax.jit"),)),
        (every(transform("nnx.scan"), transform("nnx.vmap")), (MAPPED, SCAN), (MAPPED,)),
    ],
    ids=str,
)
def test_a_transform_is_told(
    requirement: Requirement, right: tuple[Applied, ...], wrong: tuple[Applied, ...]
) -> None:
    assert met(requirement, *right)
    assert not met(requirement, *wrong)
    assert not met(requirement)


def test_what_jit_hides_counts_by_the_call_around_it() -> None:
    given = transform("nnx.vmap", gives_answer=True)
    hidden = Applied("nnx.vmap", 0, 5)
    assert met(given, Applied("nnx.jit", answers=True), hidden)
    assert not met(given, Applied("nnx.jit", answers=False), hidden)
    assert met(given, Applied("nnx.vmap")), "nothing around it was seen"


def test_shared_parameters_have_no_axis_of_the_lanes() -> None:
    assert met(shared_parameters("B"), made=(Parameter((3, 7), True), Parameter((7,))))
    assert not met(shared_parameters("B"), made=(Parameter((5, 3, 7), False),))
    assert not met(shared_parameters("B"), made=(Parameter((3, 7)), Parameter((5, 7))))
    assert not met(shared_parameters("B")), "no parameters are not shared ones"


def test_stacked_parameters_differ_in_every_lane() -> None:
    assert met(stacked_parameters("B"), made=(Parameter((5, 3, 7), True), Parameter((5, 7), None)))
    assert met(stacked_parameters("B"), made=(Parameter((5, 3, 7), None),)), (
        "made by each lane, inside of jit"
    )
    assert not met(
        stacked_parameters("B"), made=(Parameter((5, 3, 7), False), Parameter((5, 7), None))
    )
    assert not met(stacked_parameters("B"), made=(Parameter((3, 7), True),))
    assert not met(stacked_parameters("B"))


def test_parameters_have_shapes_with_or_without_lanes() -> None:
    with_bias = parameters(("D", "F"), ("F",))
    assert met(with_bias, made=(Parameter((3, 7)), Parameter((7,))))
    assert met(with_bias, MAPPED, made=(Parameter((5, 3, 7)), Parameter((5, 7))))
    assert not met(with_bias, made=(Parameter((3, 7)),)), "a layer without a bias"
    assert not met(with_bias, MAPPED, made=(Parameter((5, 3, 8)), Parameter((5, 8))))
    assert met(parameters((4, "F")), made=(Parameter((4, 7)),))


@pytest.mark.parametrize(
    ("lengths", "constant"),
    [
        ((53, 53, 53), True),
        ((20, 40, 80), False),
        ((53, 54, 53), True),
        ((None, None), True),
        ((), True),
    ],
)
def test_a_trace_that_grows_is_told(lengths: tuple[int | None, ...], constant: bool) -> None:
    assert met(constant_trace("B"), traces={"B": lengths}) == constant


def test_the_traced_dimensions_are_found_wherever_they_stand() -> None:
    assert traced_dims(
        every(transform("nnx.vmap"), either(constant_trace("B"), constant_trace("D")))
    ) == {"B", "D"}
    assert traced_dims(shared_parameters("B")) == set()


def test_a_requirement_reads_as_a_sentence() -> None:
    nested = transform(
        "nnx.scan",
        "jax.lax.scan",
        lanes="L",
        inside=transform("nnx.vmap", in_axes=(0, None), gives_answer=True),
    )
    assert str(nested) == (
        "nnx.scan or jax.lax.scan over L lanes inside (nnx.vmap with in_axes=(0, None) that gives "
        "the answer)"
    )
    assert (
        str(every(shared_parameters("B"), constant_trace("L")))
        == "(parameters without an axis of size B), and (a trace that does not grow with L)"
    )
