"""Rules on the method: each requirement met and not met, and declarations that cannot work."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder import DeclarationError, Question
from autograder.evidence.facts import Applied, Facts, Parameter
from autograder.evidence.requirements import Requirement, Seen, from_json, to_json, traced_dims
from autograder.rules import constant_trace, either, every, parameters, shared_parameters, stacked_parameters, transform

SIZES = {"B": 5, "D": 3, "F": 7}
MAPPED = Applied("nnx.vmap", None, 5, (None, 0), answers=True)
SCAN = Applied("nnx.scan", 0, 3, ("carry", 0))


def met(requirement: Requirement, *applied: Applied, made: tuple[Parameter, ...] = (), traces: Any = None) -> bool:
    """Judged as declared and as read back from JSON."""
    seen = Seen(Facts(applied, made), SIZES, traces or {})
    assert from_json(to_json(requirement)) == requirement
    return requirement.met(seen)


@pytest.mark.parametrize(
    ("requirement", "right", "wrong"),
    [
        (transform("nnx.vmap"), (MAPPED,), (Applied("nnx.scan"),)),
        (transform("jax.vmap", "nnx.vmap"), (MAPPED,), (Applied("nn.vmap"),)),
        (transform("nnx.vmap", lanes="B"), (MAPPED,), (Applied("nnx.vmap", None, 3),)),
        (transform("nnx.vmap", in_axes=(None, 0)), (MAPPED,), (Applied("nnx.vmap", None, 5, (0, None)),)),
        (transform("nnx.vmap", makes_parameters=True), (Applied("nnx.vmap", makes=True),), (MAPPED,)),
        (transform("nnx.vmap", gives_answer=True), (MAPPED,), (Applied("nnx.vmap", answers=False),)),
        (transform("nnx.scan", inside=transform("nnx.vmap", lanes="B")), (MAPPED, SCAN), (Applied("nnx.scan", None, 3), Applied("nnx.vmap", 0, 5))),
        (either(transform("nn.scan"), transform("nnx.vmap")), (MAPPED,), (Applied("jax.jit"),)),
        (every(transform("nnx.scan"), transform("nnx.vmap")), (MAPPED, SCAN), (MAPPED,)),
    ],
    ids=str,
)
def test_a_transform_is_told(requirement: Requirement, right: tuple[Applied, ...], wrong: tuple[Applied, ...]) -> None:
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
    assert met(stacked_parameters("B"), made=(Parameter((5, 3, 7), None),)), "made by each lane, inside of jit"
    assert not met(stacked_parameters("B"), made=(Parameter((5, 3, 7), False), Parameter((5, 7), None)))
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
    ("lengths", "constant"), [((53, 53, 53), True), ((20, 40, 80), False), ((53, 54, 53), True), ((None, None), True), ((), True)]
)
def test_a_trace_that_grows_is_told(lengths: tuple[int | None, ...], constant: bool) -> None:
    assert met(constant_trace("B"), traces={"B": lengths}) == constant


def test_the_traced_dimensions_are_found_wherever_they_stand() -> None:
    assert traced_dims(every(transform("nnx.vmap"), either(constant_trace("B"), constant_trace("D")))) == {"B", "D"}
    assert traced_dims(shared_parameters("B")) == set()


def test_a_requirement_reads_as_a_sentence() -> None:
    nested = transform("nnx.scan", "jax.lax.scan", lanes="L", inside=transform("nnx.vmap", in_axes=(0, None), gives_answer=True))
    assert str(nested) == "nnx.scan or jax.lax.scan over L lanes inside (nnx.vmap with in_axes=(0, None) that gives the answer)"
    assert (
        str(every(shared_parameters("B"), constant_trace("L"))) == "(parameters without an axis of size B), and (a trace that does not grow with L)"
    )


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: transform(), "transform() names no transform; the transforms are nnx.vmap, "),
        (lambda: transform("vmap"), "transform('vmap') is not a transform that is seen; those are nnx.vmap, "),
        (lambda: transform("nnx.vmap", in_axes=(0, "rows")), "transform(…, in_axes=(0, 'rows')): an entry is a number from 0, None, or 'carry'"),
        (lambda: transform("nnx.scan", inside="nnx.vmap"), "transform(…, inside='nnx.vmap') is not a transform(…)"),  # type: ignore[arg-type]
        (lambda: either(), "either() has no requirement in it"),
        (lambda: every("nnx.vmap"), "every(…): 'nnx.vmap' is not a requirement such as transform(…)"),  # type: ignore[arg-type]
    ],
)
def test_a_bad_requirement_is_named(declare: Any, message: str) -> None:
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}"):
        declare()


WORDS = {"otherwise": "does not map.", "misconception": "no map", "hint": "Map."}


@pytest.mark.parametrize(
    ("arguments", "words", "message"),
    [
        (("a",), WORDS, "question 'scale_rows': requires='a' (type=str) has no requirement; name at least one such as transform(…)"),
        ((" ", transform("nnx.vmap")), WORDS, "question 'scale_rows': requires name=' ' (type=str) is not a sentence"),
        (("a", transform("nnx.vmap")), {**WORDS, "hint": ""}, "question 'scale_rows': requires hint='' (type=str) is not a sentence"),
        (("a", "nnx.vmap"), WORDS, "question 'scale_rows': requires 'a'='nnx.vmap' (type=str) is not a requirement such as "),
        (
            ("a", shared_parameters("N")),
            WORDS,
            "question 'scale_rows': requires 'a'='N' (type=str) is a dimension that dims does not define; it defines B",
        ),
    ],
)
def test_a_bad_rule_is_named(scale_question: Question, arguments: Any, words: dict[str, str], message: str) -> None:
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}"):
        scale_question.requires(*arguments, **words)


def test_two_rules_of_one_name_are_refused(scale_question: Question) -> None:
    scale_question.requires("mapped", transform("nnx.vmap"), **WORDS)
    with pytest.raises(DeclarationError, match=r"^question 'scale_rows': requires name='mapped' \(type=str\) is declared twice$"):
        scale_question.requires("mapped", transform("nnx.vmap"), **WORDS)
