"""The work that Python does itself is counted, and grows where it loops over a dimension, in any
form. Covers too: `evidence.growth`, `evidence.sizes`.
"""

from __future__ import annotations

import functools
import logging
import math
import re
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.spatial.distance

from autograder import Array, DeclarationError, Question
from autograder.build.banks import build
from autograder.evidence.growth import loops
from autograder.evidence.python_work import work
from autograder.questions.question import Question as Declared
from autograder.rules import vectorised
from autograder.verdicts.rules import Judgement, judge


def question(numpy: bool, sizes: tuple[int, int] = (2, 20)) -> Declared:
    array = Array("N", "D", numpy=numpy, dtype="float64" if numpy else "float32")
    found = Question("f", arguments={"x": array}, dims={"N": sizes, "D": (2, 4)}, shapes=1, seeds=1)
    found.requires(
        "no loop",
        vectorised("N"),
        otherwise="loops over the rows.",
        misconception="a loop over rows",
        hint="Let NumPy broadcast.",
    )
    return found


@pytest.fixture(scope="module")
def of_numpy() -> Any:
    """The rule of a question on NumPy, as a build draws it."""
    return build("t", [question(True)], {"f": broadcast}, "a").hidden.methods["f"]


@pytest.fixture(scope="module")
def of_jax() -> Any:
    """The same of a question on JAX."""
    return build("t", [question(False)], {"f": on_jax}, "a").hidden.methods["f"]


def broadcast(x: Any) -> Any:
    return np.sqrt(((x[:, None] - x) ** 2).sum(axis=-1))


def by_einsum(x: Any) -> Any:
    gram = np.einsum("id,jd->ij", x, x)
    squares = np.diag(gram)[:, None] + np.diag(gram) - 2 * gram
    return np.sqrt(np.maximum(squares, 0))


def by_scipy(x: Any) -> Any:
    return scipy.spatial.distance.cdist(x, x)


def by_indices(x: Any) -> Any:
    out = np.zeros((len(x), len(x)))
    i, j = np.triu_indices(len(x), 1)
    np.add.at(out, (i, j), np.linalg.norm(x[i] - x[j], axis=1))
    return out + out.T


def sorts(x: Any) -> Any:
    order = np.argsort(x[:, 0], kind="stable")
    return np.take_along_axis(np.sort(x, axis=0), order[:, None], axis=0)


def over_the_other_dimension(x: Any) -> Any:
    return sum((x[:, d, None] - x[:, d]) ** 2 for d in range(x.shape[1])) ** 0.5


def helps(x: Any) -> Any:
    def distance(a: Any, b: Any) -> Any:
        return np.sqrt(np.sum((a - b) ** 2, axis=-1))

    return distance(x[:, None], x[None])


def doubling(x: Any) -> Any:
    out, step = x.copy(), 1
    while step < len(x):
        out[step:] = out[step:] + out[:-step]
        step *= 2
    return out


def checks_its_sizes(x: Any) -> Any:
    if min(x.shape) < 1 or max(x.shape) > 10**6:
        raise ValueError(x.shape)
    sizes = [int(size) for size in x.shape]
    return x.reshape(sizes).cumsum(axis=0)


def tells_what_it_does(x: Any) -> Any:
    print("calling", x, np.array2string(x, precision=3), f"{x}", str(x.tolist()))
    logging.getLogger("answer").debug("x is %s", x)
    logging.getLogger("answer").warning("x is %r", x)
    return broadcast(x)


def in_blocks(x: Any) -> Any:
    parts = [x[at : at + 64] * 2 for at in range(0, len(x), 64)]
    return np.concatenate(parts)


def two_loops(x: Any) -> Any:
    out = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        for j in range(len(x)):
            out[i, j] = np.sqrt(((x[i] - x[j]) ** 2).sum())
    return out


def one_loop(x: Any) -> Any:
    out = np.zeros((len(x), len(x)))
    for i in range(len(x)):
        out[i] = np.sqrt(((x[i] - x) ** 2).sum(axis=1))
    return out


def comprehension(x: Any) -> Any:
    return np.array([np.sqrt(((a - x) ** 2).sum(axis=1)) for a in x])


def nested_comprehension(x: Any) -> Any:
    return np.array([[np.linalg.norm(a - b) for b in x] for a in x])


def generator(x: Any) -> Any:
    return np.stack(tuple(np.linalg.norm(x - a, axis=1) for a in x))


def by_map(x: Any) -> Any:
    def distance(a: Any) -> Any:
        return np.linalg.norm(x - a, axis=1)

    return np.array(list(map(distance, x)))


def by_filter(x: Any) -> Any:
    return np.array(list(filter(lambda a: a[0] > -99, x)))


def by_vectorize(x: Any) -> Any:
    return np.vectorize(lambda a: a * 2)(x)


def by_vectorize_of_c(x: Any) -> Any:
    return np.vectorize(math.exp)(x)


def along_axis(x: Any) -> Any:
    return np.apply_along_axis(np.linalg.norm, 1, x)


def recursion(x: Any) -> Any:
    return x[:1] if len(x) < 2 else np.concatenate([x[:1], recursion(x[1:])])


def halves(x: Any) -> Any:
    middle = len(x) // 2
    return x if len(x) < 2 else np.concatenate([halves(x[:middle]), halves(x[middle:])])


def while_loop(x: Any) -> Any:
    out, i = [], 0
    while i < len(x):
        out.append(x[i] * 2)
        i += 1
    return np.array(out)


def reduced(x: Any) -> Any:
    return functools.reduce(lambda a, b: a + b, x)


def listed(x: Any) -> Any:
    return np.array(list(x))


def summed(x: Any) -> Any:
    return sum(x)


def largest(x: Any) -> Any:
    return max(x[:, 0] * 2)


def summed_of_numpy(x: Any) -> Any:
    return sum(np.abs(x[:, 0]))


def by_tolist(x: Any) -> Any:
    values = x[:, 0].tolist()
    return np.array(sorted(values))


RIGHT = (
    *(broadcast, by_einsum, by_scipy, by_indices, sorts, over_the_other_dimension, helps),
    *(doubling, checks_its_sizes, in_blocks, tells_what_it_does),
)
WRONG = (
    *(two_loops, one_loop, comprehension, nested_comprehension, generator, by_map, by_filter),
    *(by_vectorize, by_vectorize_of_c, along_axis, recursion, halves, while_loop, reduced),
    *(listed, summed, summed_of_numpy, largest, by_tolist),
)


@pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: answer.__name__)
def test_what_numpy_does_is_no_loop(of_numpy: Any, answer: Any) -> None:
    assert judge(answer, of_numpy) == Judgement(
        (), "The number of lines and calls that Python runs does not grow with N.", ""
    )


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: answer.__name__)
def test_a_loop_of_python_is_seen_in_every_form(of_numpy: Any, answer: Any) -> None:
    assert judge(answer, of_numpy) == Judgement(
        ("no loop",), "The number of lines and calls that Python runs grows with N.", ""
    )


def on_jax(x: Any) -> Any:
    x = jnp.asarray(x)
    return jnp.sum((x[:, None] - x) ** 2, axis=-1)


@jax.jit
def jitted(x: Any) -> Any:
    return on_jax(x)


def mapped(x: Any) -> Any:
    x = jnp.asarray(x)
    return jax.vmap(lambda a: jnp.sum((x - a) ** 2, axis=-1))(x)


def scanned(x: Any) -> Any:
    return jax.lax.scan(lambda total, a: (total + a, total), jnp.zeros(x.shape[1]), x)[1]


def by_fori(x: Any) -> Any:
    return jax.lax.fori_loop(0, x.shape[0], lambda i, out: out.at[i].mul(2.0), jnp.asarray(x))


def over_rows(x: Any) -> Any:
    return jnp.stack([jnp.sum((x - a) ** 2, axis=-1) for a in x])


@jax.jit
def unrolled(x: Any) -> Any:
    out = jnp.zeros(x.shape)
    for i in range(x.shape[0]):
        out = out.at[i].set(x[i] * 2)
    return out


def listed_on_jax(x: Any) -> Any:
    return jnp.stack(list(jnp.asarray(x)))


@pytest.mark.parametrize("answer", [on_jax, jitted, mapped, scanned, by_fori])
def test_what_jax_does_is_no_loop(of_jax: Any, answer: Any) -> None:
    assert judge(answer, of_jax).unmet == ()


@pytest.mark.parametrize("answer", [over_rows, unrolled, listed_on_jax])
def test_a_loop_around_jax_is_seen_also_when_it_is_compiled(of_jax: Any, answer: Any) -> None:
    answer(jnp.ones((6, 3)))
    assert judge(answer, of_jax).unmet == ("no loop",)


def test_who_switches_the_tracing_off_is_not_seen(of_numpy: Any) -> None:
    def silent(x: Any) -> Any:
        sys.settrace(None)
        return two_loops(x)

    judged = judge(silent, of_numpy)
    assert judged.unmet == ("no loop",)
    assert judged.seen == "Whether Python's work grows with N could not be seen."


def test_a_call_that_fails_is_no_work() -> None:
    assert work(lambda x: 1 / 0, {}) is None


def test_what_grows_slower_than_the_size_is_no_loop() -> None:
    assert loops({2: 10, 6: 14, 18: 26})
    assert loops({2: 10, 6: 50, 18: 500})
    assert not loops({2: 10, 6: 20, 18: 32})
    assert not loops({2: 10, 6: 10, 18: 14})
    assert not loops({2: 10})


def test_a_dimension_must_be_named() -> None:
    sentence = (
        'vectorised() names no dimension; write vectorised("N") for one that `dims` of the '
        "question defines"
    )
    with pytest.raises(DeclarationError, match=re.escape(sentence)):
        vectorised()
    with pytest.raises(DeclarationError, match=r"'M'.* is a dimension that dims does not define"):
        question(True).requires(
            "other", vectorised("M"), otherwise="loops.", misconception="a loop", hint="None."
        )
    assert str(vectorised("N", "M")) == (
        "(no loop of Python over N), and (no loop of Python over M)"
    )
