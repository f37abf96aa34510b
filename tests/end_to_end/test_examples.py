"""Questions beyond the five, each built, graded and audited: PRNG keys, booleans, integers, NumPy
alone, trees in and out, the state of a module, gradients, a class, and the laws.

Covers too: `container.smoke_test`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from shared import Grade, built_once

from autograder.assignment import scaffold
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.container import smoke_test


@dataclass(frozen=True)
class Example:
    """A solution, the declaration with an alternative and misconceptions, and the laws that tests
    ask for."""

    solution: str
    declaration: str
    laws: tuple[str, ...] = ()


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


@question.misconception(
    "the share that is kept is swapped with the one that is dropped",
    hint="0.75 is the probability to keep.",
)
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

question = Question(
    "count_larger", arguments=dict(x=Array("N", dtype="int32", numpy=True)), dims=dict(N=(3, 20))
)


@question.alternative
def by_searching(x):
    import numpy as np

    return len(x) - np.searchsorted(np.sort(x), x, side="right")


@question.misconception(
    "equal ones are counted too", hint="Count those that are larger, not those that are as large."
)
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
    arguments=dict(
        x=Array("N", "D", families=("normal",)),
        centre=Array("D", families=("normal",)),
        reach=Dim("R"),
    ),
    dims=dict(N=(8, 24), D=(1, 5), R=(1, 3)),
)


@question.alternative
def by_norm(x, centre, reach):
    return jnp.linalg.norm(x - centre, axis=1) <= reach


@question.misconception(
    "each coordinate by itself", hint="The distance is the root of the sum of squares."
)
def by_coordinate(x, centre, reach):
    return jnp.all(jnp.abs(x - centre) <= reach, axis=1)


@question.misconception("the other way round", hint="Within reach is true.")
def negated(x, centre, reach):
    return jnp.sum((x - centre) ** 2, axis=1) > reach**2
""",
    ),
    "training-step": Example(
        """\
def training_step(params, x, y):
    # BEGIN SOLUTION
    def loss(params):
        return jnp.mean((x @ params["kernel"] + params["bias"] - y) ** 2)

    value, slopes = jax.value_and_grad(loss)(params)
    return value, jax.tree.map(lambda weight, slope: weight - 0.1 * slope, params, slopes)
    # END SOLUTION
""",
        """\
from autograder import Array, Question, Tree

question = Question(
    "training_step",
    arguments=dict(
        params=Tree(kernel=Array("D", "F"), bias=Array("F")),
        x=Array("B", "D", families=("normal",)),
        y=Array("B", "F", families=("normal",)),
    ),
    dims=dict(B=(2, 9), D=(2, 6), F=(2, 5)),
    several=True,  # a number, and a dict like params
)


@question.alternative
def by_hand(params, x, y):
    error = jnp.asarray(x) @ params["kernel"] + params["bias"] - y
    slope = 2 * error / error.size
    return [
        jnp.mean(error**2),
        {
            "bias": params["bias"] - 0.1 * slope.sum(0),
            "kernel": params["kernel"] - 0.1 * jnp.asarray(x).T @ slope,
        },
    ]


@question.misconception(
    "the bias is not trained", hint="Update every leaf of params, for example with `jax.tree.map`."
)
def leaves_the_bias(params, x, y):
    error = jnp.asarray(x) @ params["kernel"] + params["bias"] - y
    return jnp.mean(error**2), {
        **params,
        "kernel": params["kernel"] - 0.2 * jnp.asarray(x).T @ error / error.size,
    }


@question.misconception("uphill", hint="Subtract the gradient.")
def uphill(params, x, y):
    value, updated = by_hand(params, x, y)
    return value, jax.tree.map(lambda old, new: 2 * old - new, params, updated)


@question.misconception(
    "the loss after the step", hint="Return the loss of the parameters that came in."
)
def loss_afterwards(params, x, y):
    _, updated = by_hand(params, x, y)
    return by_hand(updated, x, y)[0], updated


@question.misconception("the loss is missing", hint="Return the loss, and the parameters.")
def without_loss(params, x, y):
    return by_hand(params, x, y)[1]
""",
    ),
    "layer-state": Example(
        """\
def layer_state(seed, inner):
    # BEGIN SOLUTION
    from flax import nnx

    class Layer(nnx.Module):
        def __init__(self, inner, rngs):
            self.up = nnx.Linear(inner, 2 * inner, rngs=rngs)
            self.norm = nnx.BatchNorm(2 * inner, rngs=rngs)

    return nnx.state(Layer(int(inner), nnx.Rngs(int(seed))))
    # END SOLUTION
""",
        """\
from autograder import Dim, Question, Seed

question = Question(
    "layer_state", arguments=dict(seed=Seed(), inner=Dim("F")), dims=dict(F=(2, 9)), several=True
)


@question.alternative
def the_module_itself(seed, inner):
    from flax import nnx

    rngs = nnx.Rngs(int(seed))
    return {
        "up": nnx.Linear(int(inner), 2 * int(inner), rngs=rngs),
        "norm": nnx.BatchNorm(2 * int(inner), rngs=rngs),
    }


@question.misconception("another seed", hint="Use the seed as it is.")
def another_seed(seed, inner):
    from flax import nnx

    rngs = nnx.Rngs(int(seed) + 1)
    return {
        "up": nnx.Linear(int(inner), 2 * int(inner), rngs=rngs),
        "norm": nnx.BatchNorm(2 * int(inner), rngs=rngs),
    }


@question.misconception(
    "parameters only", hint="The state of the norm has a mean and a variance as well."
)
def parameters_only(seed, inner):
    from flax import nnx

    return {
        name: nnx.state(each, nnx.Param) for name, each in the_module_itself(seed, inner).items()
    }
""",
    ),
    "soft-loss": Example(
        """\
def soft_loss(weights, x, targets):
    # BEGIN SOLUTION
    return jnp.mean(jnp.logaddexp(0.0, -targets * (x @ weights)))
    # END SOLUTION
""",
        """\
from autograder import Array, Question

question = Question(
    "soft_loss",
    arguments=dict(
        weights=Array("D", families=("normal",)),
        x=Array("B", "D", families=("normal",)),
        targets=Array("B", families=("normal",)),
    ),
    dims=dict(B=(2, 9), D=(2, 6)),
    gradient=("weights", "x"),
)


@question.alternative
def by_softplus(weights, x, targets):
    return jax.nn.softplus(-targets * (x @ weights)).mean()


@question.misconception("the sum, not the mean", hint="Divide by the number of rows.")
def summed(weights, x, targets):
    return jax.nn.softplus(-targets * (x @ weights)).sum()


@question.misconception(
    "no gradient flows to x", hint="Do not stop the gradient, and do not leave JAX."
)
def stopped(weights, x, targets):
    return by_softplus(weights, jax.lax.stop_gradient(x), targets)
""",
    ),
    "running-mean": Example(
        """\
class running_mean:
    # BEGIN SOLUTION
    def __init__(self, decay, start):
        self.rate, self.mean = 1 / int(decay), jnp.asarray(start)

    def update(self, x):
        for row in jnp.asarray(x):
            self.mean = self.mean + self.rate * (row - self.mean)
        return self.mean
    # END SOLUTION
""",
        """\
from autograder import Array, Dim, Question

question = Question(
    "running_mean",
    arguments=dict(
        decay=Dim("N"),
        start=Array("D", families=("normal",)),
        x=Array("T", "D", families=("normal",)),
    ),
    dims=dict(N=(2, 5), D=(2, 6), T=(1, 5)),
    constructor=("decay", "start"),
    method="update",
)


@question.alternative
class by_scan:
    def __init__(self, decay, start):
        self.decay, self.start = int(decay), jnp.asarray(start)

    def update(self, x):
        return jax.lax.scan(
            lambda mean, row: (mean + (row - mean) / self.decay, None), self.start, jnp.asarray(x)
        )[0]


@question.misconception("the start is forgotten", hint="Begin with `start`, not with zeros.")
class from_zeros:
    def __init__(self, decay, start):
        self.decay, self.mean = int(decay), jnp.zeros_like(start)

    def update(self, x):
        for row in jnp.asarray(x):
            self.mean = self.mean + (row - self.mean) / self.decay
        return self.mean


@question.misconception("the rows backwards", hint="The first row comes first.")
class backwards(by_scan):
    def update(self, x):
        return super().update(x[::-1])
""",
    ),
    "row-norms": Example(
        """\
def row_norms(x, scale):
    # BEGIN SOLUTION
    return jnp.sqrt(jnp.sum(x**2, axis=1) + 1.0) * scale
    # END SOLUTION
""",
        """\
from autograder import Array, Dim, Question

question = Question(
    "row_norms",
    arguments=dict(x=Array("B", "D", families=("normal",)), scale=Dim("S")),
    dims=dict(B=(2, 9), D=(2, 6), S=(1, 4)),
    laws=("jit", "vmap", "grad", "permutation of B"),
)


@question.alternative
def by_vmap(x, scale):
    return jax.vmap(lambda row: jnp.sqrt(row @ row + 1.0) * scale)(jnp.asarray(x))


@question.misconception(
    "no gradient flows", hint="Stay within JAX's operations, and do not stop the gradient."
)
def stopped(x, scale):
    x = jax.lax.stop_gradient(x)
    return jnp.sqrt(jnp.sum(x**2, axis=1) + 1.0) * scale


@question.misconception("leaves JAX", hint="NumPy cannot work on what JAX traces: use `jnp`.")
def by_numpy(x, scale):
    import numpy as np

    return np.sqrt(np.sum(np.asarray(x) ** 2, axis=1) + 1.0) * scale


@question.misconception("sorted", hint="Each norm belongs to its row.")
def sorts(x, scale):
    return jnp.sort(row_norms(x, scale))
""",
        laws=("jit", "vmap", "grad", "permutation of B"),
    ),
    "added-noise": Example(
        """\
def added_noise(key, x):
    # BEGIN SOLUTION
    return x + jax.random.normal(key, x.shape)
    # END SOLUTION
""",
        """\
from autograder import Array, Key, Question
from autograder.same import samples

question = Question(
    "added_noise",
    arguments=dict(key=Key(), x=Array("B", "D", families=("normal",))),
    dims=dict(B=(1, 3), D=(2, 4)),
    shapes=1,
    seeds=2,
    same=samples(5_000),
)


@question.alternative
def by_numpy(key, x):
    import numpy as np

    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    return np.asarray(x) - rng.standard_normal(x.shape)


@question.misconception("uniform noise", hint="Draw it with `jax.random.normal`.")
def uniform(key, x):
    return x + jax.random.uniform(key, x.shape, minval=-(3**0.5), maxval=3**0.5)
""",
    ),
    "orthogonal-factors": Example(
        """\
def orthogonal_factors(x):
    # BEGIN SOLUTION
    return jnp.linalg.qr(x)
    # END SOLUTION
""",
        """\
from autograder import Array, Question
from autograder.same import residual

question = Question(
    "orthogonal_factors",
    arguments=dict(x=Array("N", "D", families=("normal",))),
    dims=dict(N=(6, 9), D=(2, 5)),
    several=True,
    same=residual(
        lambda args, out: (
            out["0"] @ out["1"] - args["x"],
            jnp.matmul(out["0"].T, out["0"]) - jnp.eye(out["1"].shape[0]),
            jnp.tril(out["1"], -1),
        )
    ),
)


@question.alternative
def with_a_positive_diagonal(x):
    q, r = jnp.linalg.qr(jnp.asarray(x))
    signs = jnp.sign(jnp.diag(r))
    return {0: q * signs, 1: r * signs[:, None]}


@question.misconception("the factors are not orthogonal", hint="The columns of Q have length 1.")
def scaled(x):
    q, r = jnp.linalg.qr(jnp.asarray(x))
    return 2 * q, r / 2
""",
    ),
}


def write_master(name: str, folder: Path) -> Path:
    """The scaffold, with this example's solution and declaration in it."""
    notebook = scaffold.master(name)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["solution"].source = EXAMPLES[name].solution
    cells["declaration"].source = "## Ignore ##\n" + EXAMPLES[name].declaration
    place = notebook.cells.index(cells["test-random"])
    for law in EXAMPLES[name].laws:
        called = law.replace(" ", "_")
        source = (
            cells["test-random"]
            .source.replace("test_random", f"test_{called}")
            .replace('"random"', repr(law))
            .replace("hidden: true\n", "")
        )
        notebook.cells.insert(place, nbformat.v4.new_code_cell(source, id=f"test-{called}"))
    target = folder / f"{name}.ipynb"
    nbformat.write(notebook, target)
    return target


OFTEN = ("row-norms",)
"""Built and graded in every run of the tests; the others are in the slow one."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    folder = tmp_path_factory.mktemp("masters")
    return built_once(
        tmp_path_factory, worker_id, "examples", [write_master(name, folder) for name in OFTEN]
    )


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    folder = tmp_path_factory.mktemp("masters")
    return built_once(
        tmp_path_factory,
        worker_id,
        "others",
        [write_master(name, folder) for name in EXAMPLES if name not in OFTEN],
    )


@pytest.mark.parametrize("name", OFTEN)
def test_right_answers_get_every_point_and_wrong_ones_their_hint(
    examples: Path, name: str, grade: Grade
) -> None:
    grade_both(BuiltAssignment(examples / name), grade)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in OFTEN])
def test_of_the_others_too(others: Path, name: str) -> None:
    grade_both(BuiltAssignment(others / name), otter_run)


def grade_both(built: BuiltAssignment, grade: Grade) -> None:
    (question,) = built.record().questions
    (alternative,) = built.alternatives(question).values()
    assert grade(built.answered({question: alternative}), built.zip).share == 1.0
    known = next(iter(built.misconceptions(question).values()))
    graded = grade(built.answered({question: known.source}), built.zip)
    assert graded.share is not None
    assert graded.share < (0.5 if "law: grad" not in str(graded.results) else 0.9)
    assert graded.results is not None
    assert any(f"**Looks like: {known.name}.**" in row["output"] for row in graded.results["tests"])


@pytest.mark.parametrize(
    "name",
    [name if name in OFTEN else pytest.param(name, marks=pytest.mark.slow) for name in EXAMPLES],
)
def test_an_image_gets_ready_with_them(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    """Looked up in the bank, the public cases are graded as right, whatever the question takes and
    gives."""
    built = BuiltAssignment(
        request.getfixturevalue("examples" if name in OFTEN else "others") / name
    )
    with zipfile.ZipFile(built.zip) as packed:
        packed.extractall(tmp_path / "source")
    assert smoke_test.check(tmp_path, container=False).startswith("otter-arrays ready: ")


def test_a_student_sees_at_the_desk_which_law_broke(examples: Path, tmp_path: Path) -> None:
    built = BuiltAssignment(examples / "row-norms")
    known = built.misconceptions("row_norms")["stopped"]
    notebook = built.answered({"row_norms": known.source})
    shutil.copytree(built.untouched.parent, tmp_path / "student")
    nbformat.write(notebook, tmp_path / "student" / built.untouched.name)
    done = subprocess.run(
        [sys.executable, "-m", "otter", "check", built.untouched.name, "-q", "q1"],
        cwd=tmp_path / "student",
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join(done.stdout.split())  # lines are folded between words
    assert (
        "the derivative of row_norms along random directions returned wrong values in 4 of 4 "
        "elements (100.0%)"
    ) in said
    assert (
        "This breaks a law: the derivative from `jax.grad` is that of the numbers that the "
        "function returns."
    ) in said


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_audit_finds_nothing(tmp_path: Path, name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "autograder",
        "audit",
        str(write_master(name, tmp_path)),
        "--out",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
