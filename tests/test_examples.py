"""Questions beyond the five: PRNG keys, booleans, integers, NumPy alone; each built, graded, and audited."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from conftest import built_once

from autograder import scaffold
from autograder.samples import BuiltAssignment, otter_run


@dataclass(frozen=True)
class Example:
    """A solution, and the declaration with an alternative and misconceptions."""

    solution: str
    declaration: str


EXAMPLES = {
    "masked-dropout": Example(
        """\
def masked_dropout(key, x, keep):
    # BEGIN SOLUTION
    drawn = jax.random.bernoulli(key, 0.75, x.shape)
    return jnp.where(drawn | keep, x, 0.0)
    # END SOLUTION
""",
        """\
from autograder import Array, Key, Question

question = Question(
    "masked_dropout",
    arguments=dict(key=Key(), x=Array("B", "D"), keep=Array("D", dtype="bool")),
    dims=dict(B=(2, 9), D=(3, 9)),
)


@question.alternative
def by_multiplying(key, x, keep):
    return x * (jax.random.bernoulli(key, 0.75, x.shape) | keep).astype(x.dtype)


@question.misconception("keep is not heeded", hint="Columns with `keep` are never dropped.")
def ignores_keep(key, x, keep):
    return jnp.where(jax.random.bernoulli(key, 0.75, x.shape), x, 0.0)


@question.misconception("the key is split first", hint="Draw with the key itself.")
def splits(key, x, keep):
    return jnp.where(jax.random.bernoulli(jax.random.split(key)[0], 0.75, x.shape) | keep, x, 0.0)


@question.misconception("the share that is kept is swapped with the one that is dropped", hint="0.75 is the probability to keep.")
def swaps(key, x, keep):
    return jnp.where(jax.random.bernoulli(key, 0.25, x.shape) | keep, x, 0.0)
""",
    ),
    "count-larger": Example(
        """\
def count_larger(x):
    # BEGIN SOLUTION
    return (x[None, :] > x[:, None]).sum(axis=1)
    # END SOLUTION
""",
        """\
from autograder import Array, Question

question = Question("count_larger", arguments=dict(x=Array("N", dtype="int32", numpy=True)), dims=dict(N=(3, 20)))


@question.alternative
def by_searching(x):
    import numpy as np

    return len(x) - np.searchsorted(np.sort(x), x, side="right")


@question.misconception("equal ones are counted too", hint="Count those that are larger, not those that are as large.")
def counts_equal(x):
    return (x[None, :] >= x[:, None]).sum(axis=1)


@question.misconception("the smaller ones are counted", hint="Compare the other way round.")
def counts_smaller(x):
    return (x[None, :] < x[:, None]).sum(axis=1)
""",
    ),
    "within-reach": Example(
        """\
def within_reach(x, centre, reach):
    # BEGIN SOLUTION
    return jnp.sum((x - centre) ** 2, axis=1) <= reach**2
    # END SOLUTION
""",
        """\
from autograder import Array, Dim, Question

question = Question(
    "within_reach",
    arguments=dict(x=Array("N", "D", families=("normal",)), centre=Array("D", families=("normal",)), reach=Dim("R")),
    dims=dict(N=(8, 24), D=(1, 5), R=(1, 3)),
)


@question.alternative
def by_norm(x, centre, reach):
    return jnp.linalg.norm(x - centre, axis=1) <= reach


@question.misconception("each coordinate by itself", hint="The distance is the root of the sum of squares.")
def by_coordinate(x, centre, reach):
    return jnp.all(jnp.abs(x - centre) <= reach, axis=1)


@question.misconception("the other way round", hint="Within reach is true.")
def negated(x, centre, reach):
    return jnp.sum((x - centre) ** 2, axis=1) > reach**2
""",
    ),
}


def write_master(name: str, folder: Path) -> Path:
    """The scaffold, with this example's solution and declaration in it."""
    notebook = scaffold.master(name)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["solution"].source = EXAMPLES[name].solution
    cells["declaration"].source = "## Ignore ##\n" + EXAMPLES[name].declaration
    target = folder / f"{name}.ipynb"
    nbformat.write(notebook, target)
    return target


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    folder = tmp_path_factory.mktemp("masters")
    return built_once(tmp_path_factory, worker_id, "examples", [write_master(name, folder) for name in EXAMPLES])


@pytest.mark.parametrize("name", EXAMPLES)
def test_right_answers_get_every_point_and_wrong_ones_their_hint(examples: Path, name: str) -> None:
    built = BuiltAssignment(examples / name)
    (question,) = built.record()["questions"]
    (alternative,) = built.alternatives(question).values()
    assert otter_run(built.answered({question: alternative}), built.zip).share == 1.0
    known = next(iter(built.misconceptions(question).values()))
    graded = otter_run(built.answered({question: known["source"]}), built.zip)
    assert graded.share is not None
    assert graded.share < 0.5
    assert graded.results is not None
    assert any(f"**Looks like: {known['name']}.**" in row["output"] for row in graded.results["tests"])


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_audit_finds_nothing(tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", "autograder", "audit", str(write_master(name, tmp_path)), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
