"""Known wrong and known right answers made from a reference.

Covers too: `audit.answers`, `audit.changed_nodes`, `audit.rewrites`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import nbformat
import numpy as np
import pytest
from shared import MASTERS

from autograder import Array, Dim, Question, Seed
from autograder.audit.answers import Answer, plain
from autograder.audit.mutants import mutants
from autograder.audit.rewrites import rewrites
from autograder.questions.question import declared_inside

SOURCE = '''
def scale_rows(seed, x, factor):
    """Scale the rows."""
    # a comment
    noise = jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1))
    return jnp.sum(jax.nn.relu(x) * noise, axis=1).reshape(-1) - int(factor)
'''


def of_master(master: Any) -> tuple[str, Question]:
    cells = {cell.id: cell.source for cell in nbformat.read(master, as_version=4).cells}
    namespace: dict[str, Any] = {}
    with declared_inside():
        exec(cells["declaration"], namespace)
    return cells["solution"], namespace["question"]


@pytest.mark.parametrize("master", MASTERS, ids=lambda master: master.stem)
def test_of_each_master_there_are_many_of_every_sort(master: Any) -> None:
    source, declared = of_master(master)
    made = mutants(source, declared)
    assert len(made) >= 50
    kinds = set(Counter(answer.kind for answer in made))
    assert kinds >= {
        "axes",
        "seed",
        "transform",
        "operands",
        "precision",
        "bias",
        "constant",
        "cached",
        "special case",
        "state",
    } - ({"bias"} if master.stem == "nn-vmap-shared-params" else set())
    right = rewrites(source, declared)
    assert len(right) >= 8
    for answer in (*made, *right):
        compile(answer.source, answer.name, "exec")
    sources = [answer.source for answer in (*made, *right)]
    assert len(set(sources)) == len(sources)
    assert plain(source, declared) not in sources


def named(answers: list[Answer], start: str) -> str:
    return next(answer.source for answer in answers if answer.name.startswith(start))


def test_each_changes_what_its_name_says(scale_question: Question) -> None:
    made = mutants(SOURCE, scale_question)
    assert "jnp.sum(x * noise" in named(made, "without relu")
    assert "jax.nn.tanh(x)" in named(made, "tanh for relu")
    assert "axis=0" in named(made, "axis=0")
    assert "axis=None" in named(made, "axis=None")
    assert "jax.random.key(int(seed) + 1)" in named(made, "key((int(seed)) + 1)")
    assert ".T.reshape(-1)" in named(made, "transposed before reshape")
    assert "noise * jax.nn.relu(x)" in named(
        made, "jax.nn.relu(x) * noise with its operands swapped"
    )
    assert "x.shape[-1]" in named(made, "x.shape[-1] for x.shape[0]")
    assert "return _y if x.shape[0] != 9 else _y + 1" in named(made, "wrong where B is 9")
    assert "a comment" not in "".join(answer.source for answer in made)


def test_a_cached_answer_gives_the_first_result_again(scale_question: Question) -> None:
    import jax
    import jax.numpy as jnp

    namespace: dict[str, Any] = {"jax": jax, "jnp": jnp}
    exec(named(mutants(SOURCE, scale_question), "the first result for these sizes"), namespace)
    first = namespace["scale_rows"](1.0, jnp.ones((2, 3)), 4.0)
    np.testing.assert_array_equal(namespace["scale_rows"](2.0, jnp.ones((2, 3)), 4.0), first)
    assert namespace["scale_rows"](2.0, jnp.ones((3, 3)), 4.0).shape == (3,)


def test_rewrites_return_what_the_reference_returns(scale_question: Question) -> None:
    import jax
    import jax.numpy as jnp

    arguments = (3.0, jnp.arange(6.0).reshape(2, 3) - 2, 4.0)

    def result(source: str) -> Any:
        namespace: dict[str, Any] = {"jax": jax, "jnp": jnp}
        exec(source, namespace)
        return namespace["scale_rows"](*arguments)

    for answer in rewrites(SOURCE, scale_question):
        np.testing.assert_allclose(
            result(answer.source), result(SOURCE), rtol=1e-6, err_msg=answer.name
        )


def test_decorators_become_calls_in_their_order() -> None:
    declared = Question(
        "f",
        arguments={"seed": Seed(), "x": Array("B"), "n": Dim("N")},
        dims={"B": (1, 2), "N": (1, 2)},
    )
    source = (
        "def f(seed, x, n):\n"
        "    @first\n"
        "    @second(1)\n"
        "    def g(row):\n"
        "        return row\n"
        "    return g(x)"
    )
    text = named(rewrites(source, declared), "decorators as calls")
    assert "    g = first(second(1)(g))\n" in text
    assert "@" not in text
    assert "    @second(1)\n    @first\n" in named(
        mutants(source, declared), "decorators the other way round"
    )


def test_a_solution_that_is_no_function_is_named(scale_question: Question) -> None:
    with pytest.raises(
        ValueError,
        match=(
            r"^the solution defines neither a function nor a class scale_rows at the top of a cell$"
        ),
    ):
        mutants("scale_rows = lambda seed, x, factor: x", scale_question)
