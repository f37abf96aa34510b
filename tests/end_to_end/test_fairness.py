"""Right answers are accepted however they are computed, and wrong ones refused however small their
numbers are."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import nbformat
import numpy as np
import pytest
from shared import MASTERS, Builds

from autograder.build.reference import draw
from autograder.calls.call import Failed
from autograder.questions.question import Question, declared_inside
from autograder.verdicts.arrays import magnitude
from autograder.verdicts.examine import examine

LAYERS = 30


def namespace_of(name: str) -> dict[str, Any]:
    """What the code cells of a master define, its tests left out."""
    master = next(master for master in MASTERS if master.stem == name)
    namespace: dict[str, Any] = {}
    for cell in nbformat.read(master, as_version=4).cells:
        if cell.cell_type == "code" and not cell.id.startswith("test-"):
            exec(cell.source, namespace)
    return namespace


@pytest.fixture(scope="module")
def deep() -> tuple[dict[str, Any], Any]:
    """The master of the composed transforms, and random cases of 30 layers."""
    with declared_inside():
        namespace = namespace_of("nnx-composed-transforms")
        declared: Question = namespace["question"]
        question = replace(
            declared, dims={"B": (2, 6), "L": (LAYERS, LAYERS), "F": (6, 12)}, seeds=2
        )
    question.alternatives.extend(declared.alternatives)
    drawn = draw(question, namespace["composed_transforms"], ("random",), "t", "s")
    return namespace, drawn.groups["random"]


@pytest.mark.slow
def test_through_30_layers_outputs_are_tiny_and_zeros_are_refused(
    deep: tuple[dict[str, Any], Any],
) -> None:
    _, group = deep
    assert min(magnitude(answered.expected[""]) for answered in group.cases) < 1e-4
    assert all(
        answered.tolerances[""] < 0.01 * magnitude(answered.expected[""])
        for answered in group.cases
    )
    finding = examine(lambda seed, x_batch, num_layers, features: jnp.zeros(x_batch.size), group)
    assert finding is not None
    assert finding.failing == len(group.cases)


@pytest.mark.slow
def test_through_30_layers_right_answers_are_accepted(deep: tuple[dict[str, Any], Any]) -> None:
    namespace, group = deep
    reference = namespace["composed_transforms"]

    def compiled(seed: float, x_batch: Any, num_layers: float, features: float) -> Any:
        return jax.jit(lambda x: reference(seed, x, num_layers, features))(x_batch)

    def in_float64(seed: float, x_batch: Any, num_layers: float, features: float) -> Any:
        with jax.enable_x64(True):
            return np.asarray(
                reference(seed, np.asarray(x_batch, np.float64), num_layers, features)
            )

    for answer in (reference, compiled, in_float64, namespace["loops_over_layers"]):
        assert examine(answer, group) is None, answer


def test_half_precision_is_imprecise_and_worth_what_the_author_says(
    deep: tuple[dict[str, Any], Any],
) -> None:
    _, group = deep
    expected = {
        answered.case.arguments["seed"].data.item(): answered.expected[""]
        for answered in group.cases
    }

    def rounded(seed: float, x_batch: Any, num_layers: float, features: float) -> Any:
        return jnp.asarray(expected[int(seed)] * 1e3, jnp.bfloat16).astype(jnp.float32) / 1e3

    finding = examine(rounded, group)
    assert finding is not None
    assert (finding.verdict, finding.worth, finding.diagnosis) == ("imprecise", 0.0, None)
    half = examine(rounded, replace(group, imprecise=0.5))
    assert half is not None
    assert (half.verdict, half.worth) == ("imprecise", 0.5)

    def wrong_once(seed: float, x_batch: Any, num_layers: float, features: float) -> Any:
        answer = rounded(seed, x_batch, num_layers, features)
        return answer if len(seen) > 1 or seen.append(seed) else answer * 2  # type: ignore[func-returns-value]

    seen: list[float] = []
    finding = examine(wrong_once, replace(group, imprecise=0.5))
    assert finding is not None
    assert (finding.verdict, finding.worth, finding.failing) == ("wrong", 0.0, len(group.cases))
    assert examine(rounded, replace(group, imprecise=1.0)) is None
    assert not isinstance(rounded, Failed)


ON_ALL_BANKS = """
import sys
from pathlib import Path
from autograder.bank.storage import load
from autograder.verdicts.examine import examine
from autograder.assignment.samples import BuiltAssignment
from autograder.questions.sources import rename
import jax, jax.numpy as jnp, numpy as np, flax.linen as nn
from flax import nnx

judged = 0
for folder in sys.argv[1:]:
    built = BuiltAssignment(Path(folder))
    bank = load(built.hidden_bank)
    for question, row in built.record().questions.items():
        for name, source in row.alternatives.items():
            namespace = dict(jax=jax, jnp=jnp, np=np, nn=nn, nnx=nnx)
            exec(rename(source, question), namespace)
            for group in bank.groups[question].values():
                finding = examine(namespace[question], group)
                assert finding is None, (question, name, group.name, finding)
                judged += 1
print(judged, "accepted")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"XLA_FLAGS": "--xla_backend_optimization_level=0"},
        {"XLA_FLAGS": "--xla_backend_optimization_level=3"},
        {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"},
        {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"},
        {"JAX_DEFAULT_MATMUL_PRECISION": "highest"},
    ],
    ids=lambda setting: " ".join(f"{name}={value}" for name, value in setting.items()) or "default",
)
def test_right_answers_are_accepted_however_xla_compiles_them(
    dist: Builds, setting: dict[str, str]
) -> None:
    folders = [str(dist / master.stem) for master in MASTERS]
    for threads in (["taskset", "-c", "0"], []) if not setting else ([],):
        command = [*threads, sys.executable, "-c", ON_ALL_BANKS, *folders]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **setting}
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stdout == "65 accepted\n"  # 13 alternatives, 5 groups each
