"""Rules on the method: the declarations that cannot work."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder import DeclarationError, Question
from autograder.rules import either, every, shared_parameters, transform


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (
            lambda: transform(),
            "transform() does not name a transform; the transforms are nnx.vmap, ",
        ),
        (
            lambda: transform("vmap"),
            "transform('vmap') is not a known transform; the transforms are nnx.vmap, ",
        ),
        (
            lambda: transform("nnx.vmap", in_axes=(0, "rows")),
            "transform(…, in_axes=(0, 'rows')): an entry is a number from 0, None, or 'carry'",
        ),
        (
            lambda: transform("nnx.scan", inside="nnx.vmap"),
            "transform(…, inside='nnx.vmap') is not a transform(…)",
        ),  # type: ignore[arg-type]
        (lambda: either(), "either() has no requirement; write at least one, such as transform(…)"),
        (
            lambda: every("nnx.vmap"),
            "every(…): 'nnx.vmap' is not a requirement such as transform(…)",
        ),  # type: ignore[arg-type]
    ],
)
def test_a_bad_requirement_is_named(declare: Any, message: str) -> None:
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}"):
        declare()


WORDS = {"otherwise": "does not map.", "misconception": "no map", "hint": "Map."}


@pytest.mark.parametrize(
    ("arguments", "words", "message"),
    [
        (
            ("a",),
            WORDS,
            "question 'scale_rows': requires='a' (type=str) has no requirement; name at least one "
            "such as transform(…)",
        ),
        (
            (" ", transform("nnx.vmap")),
            WORDS,
            "question 'scale_rows': requires name=' ' (type=str) is not a sentence",
        ),
        (
            ("a", transform("nnx.vmap")),
            {**WORDS, "hint": ""},
            "question 'scale_rows': requires hint='' (type=str) is not a sentence",
        ),
        (
            ("a", "nnx.vmap"),
            WORDS,
            "question 'scale_rows': requires 'a'='nnx.vmap' (type=str) is not a requirement such "
            "as ",
        ),
        (
            ("a", shared_parameters("N")),
            WORDS,
            "question 'scale_rows': requires 'a'='N' (type=str) is a dimension that dims does not "
            "define; it defines B",
        ),
    ],
)
def test_a_bad_rule_is_named(
    scale_question: Question, arguments: Any, words: dict[str, str], message: str
) -> None:
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}"):
        scale_question.requires(*arguments, **words)


def test_two_rules_of_one_name_are_refused(scale_question: Question) -> None:
    scale_question.requires("mapped", transform("nnx.vmap"), **WORDS)
    with pytest.raises(
        DeclarationError,
        match=r"^question 'scale_rows': requires name='mapped' \(type=str\) is declared twice$",
    ):
        scale_question.requires("mapped", transform("nnx.vmap"), **WORDS)
