"""Labels and indices without a declared range stop the build, and other whole numbers do not."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Question
from autograder.build.banks import build
from autograder.errors import BuildError
from autograder.verdicts.examine import examine

SCORES = Array("N", "C")


def chosen(scores: Any, labels: Any) -> Any:
    scores = jnp.asarray(scores)
    return -jnp.mean(jax.nn.log_softmax(scores)[jnp.arange(len(scores)), labels])


def by_one_hot(scores: Any, labels: Any) -> Any:
    scores = jnp.asarray(scores)
    hot = jax.nn.one_hot(labels, scores.shape[1])
    return -jnp.mean(jnp.sum(hot * jax.nn.log_softmax(scores), axis=1))


def taken(scores: Any, labels: Any) -> Any:
    return jnp.take_along_axis(jnp.asarray(scores), jnp.asarray(labels)[:, None], axis=1)


def taken_whole(scores: Any, labels: Any) -> Any:
    return jnp.take((10 * jnp.asarray(scores)[0]).astype(int), jnp.asarray(labels))


def question_of(labels: Any, **more: Any) -> Question:
    dims = {"N": (2, 9), "C": (2, 5)}
    return Question("f", arguments={"scores": SCORES, "labels": labels}, dims=dims, **more)


@pytest.mark.parametrize("secret", "abc")
@pytest.mark.parametrize(
    ("function", "more"),
    [(chosen, {}), (taken, {}), (taken_whole, {}), (chosen, {"gradient": ("scores",)})],
)
def test_labels_without_a_range_stop_the_build(function: Any, more: Any, secret: str) -> None:
    question = question_of(Array("N", dtype="int32"), **more)
    with pytest.raises(BuildError) as fault:
        build("t", [question], {"f": function}, secret)
    assert re.fullmatch(
        r"question 'f': with scores=a JAX array of shape \(\d, \d\), labels=a .* the reference "
        r"reads index -?\d+ of an axis of size \d\. Whole numbers such as labels range from "
        r"-900 to 900\. If they are labels or indices, declare their range, such as "
        r"values=\(0, 'C'\) for numbers below the size C",
        str(fault.value),
    )


def test_labels_with_a_range_are_what_every_spelling_takes() -> None:
    question = question_of(Array("N", dtype="int32", values=(0, "C")))
    for group in build("t", [question], {"f": chosen}, "a").hidden.groups["f"].values():
        assert examine(by_one_hot, group) is None


@pytest.mark.parametrize(
    "function",
    [
        lambda scores, labels: jnp.asarray(scores).sum(1) * jnp.sqrt(jnp.abs(jnp.asarray(labels))),
        lambda scores, labels: np.asarray(scores).sum(1) + np.asarray(labels),
        lambda scores, labels: jnp.take(jnp.asarray(scores)[0], jnp.asarray(labels), mode="clip"),
        lambda scores, labels: (
            jnp.asarray(scores).sum(1)
            + jnp.asarray(scores)[0].at[jnp.asarray(labels)].get(mode="fill", fill_value=0)
        ),
        lambda scores, labels: jnp.asarray(scores)[0][jnp.clip(jnp.asarray(labels), 0, 1)],
    ],
)
def test_other_whole_numbers_need_no_range(function: Any) -> None:
    question = question_of(Array("N", dtype="int32"))
    assert build("t", [question], {"f": function}, "a").hidden.groups["f"]
