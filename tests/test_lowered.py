"""Programs that are not lowered again: what is taken is what would have been made, and every difference counts."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src.interpreters import mlir

from autograder import compiled, lowered

PROGRAMS = """\
import hashlib, sys
from pathlib import Path
import flax.linen as nn
import jax
import jax.numpy as jnp
from flax import nnx
from jax._src.interpreters import mlir
from autograder import compiled, lowered

made, taken = [], []
original = mlir.lower_jaxpr_to_module
def counted(*a, **k):
    made.append(a[0])
    return original(*a, **k)
mlir.lower_jaxpr_to_module = counted

folder = Path(sys.argv[2])
if sys.argv[1] == "write":
    lowered.write_here(folder)
else:
    lowered.read_here(compiled.Programs(folder / compiled.FILE).lowered)
inner = mlir.lower_jaxpr_to_module
def seen(*a, **k):
    result = inner(*a, **k)
    taken.append((a[0], hashlib.sha256(lowered._bytes(result.module)).hexdigest()))
    return result
mlir.lower_jaxpr_to_module = seen

x = jnp.arange(12.0).reshape(3, 4)
layer = nnx.Linear(4, 2, rngs=nnx.Rngs(0))
print(nnx.vmap(lambda layer, row: layer(row), in_axes=(None, 0))(layer, x).sum())
print(nn.Dense(3).init_with_output(jax.random.key(1), x)[0].sum())
print(jax.lax.scan(lambda c, row: (c + row, c @ row), jnp.zeros(4), x)[1].sum())
print(jax.jit(jax.grad(lambda x: jnp.linalg.norm(jnp.tanh(x) @ x.T)))(x).sum(), jnp.sort(x[:, ::-1])[1:, 0], x.astype(jnp.bfloat16).mean())
print(len(made), len(taken), hashlib.sha256(repr(taken).encode()).hexdigest())
"""


def run(what: str, folder: Path) -> tuple[list[str], int, int, str]:
    """The numbers that a program prints, how often it lowered, how many programs it had, and a digest of their names and MLIR."""
    done = subprocess.run([sys.executable, "-c", PROGRAMS, what, str(folder)], capture_output=True, text=True, check=True)
    *numbers, last = done.stdout.splitlines()
    made, taken, digest = last.split()
    return numbers, int(made), int(taken), digest


def test_another_process_takes_the_same_programs_and_lowers_none(tmp_path: Path) -> None:
    numbers, made, had, digest = run("write", tmp_path)
    assert made == had > 30
    assert len(list(tmp_path.iterdir())) > 30
    compiled.pack(tmp_path, tmp_path / compiled.FILE)
    again, left, had_again, digest_again = run("read", tmp_path)
    assert (again, had_again, digest_again) == (numbers, had, digest)
    assert left <= made // 20


def test_what_is_damaged_is_lowered_as_ever(tmp_path: Path) -> None:
    numbers, made, had, digest = run("write", tmp_path)
    compiled.pack(tmp_path, tmp_path / "whole")
    with zipfile.ZipFile(tmp_path / "whole") as whole, zipfile.ZipFile(tmp_path / compiled.FILE, "w") as damaged:
        for number, name in enumerate(whole.namelist()):
            content = whole.read(name)
            damaged.writestr(name, content if name.endswith(".json") else [content[:number], bytes(len(content)), content[:-1] + b"x"][number % 3])
    assert len(compiled.Programs(tmp_path / compiled.FILE)) > 30
    assert run("read", tmp_path) == (numbers, made, had, digest)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[str | None]]]:
    """Names of the programs that a call lowers; None for each that is not described."""
    describe, found = lowered.described(), []
    original = mlir.lower_jaxpr_to_module

    def lower(name: str, jaxpr: Any, **given: Any) -> Any:
        try:
            found.append(describe(name, jaxpr, given))
        except lowered.Unknown:
            found.append(None)
        return original(name, jaxpr, **given)

    monkeypatch.setattr(mlir, "lower_jaxpr_to_module", lower)

    def of(function: Callable[..., Any], *arguments: Any, **settings: Any) -> list[str | None]:
        found.clear()
        jax.clear_caches()
        jax.jit(function, **settings).lower(*arguments)
        return list(found)

    yield of
    jax.clear_caches()


X = np.ones((2, 3), np.float32)


def times(x: Any) -> Any:
    return x * 2.0


def test_the_same_program_has_the_same_name(names: Callable[..., list[str | None]]) -> None:
    assert names(times, X) == names(times, X * 5) != [None]


@pytest.mark.parametrize(
    ("function", "arguments", "settings"),
    [
        (times, (X.T,), {}),
        (times, (X.astype(np.int32),), {}),
        (times, (X.astype(jnp.bfloat16),), {}),
        (lambda x: x * 2.0, (X,), {}),
        (times, (jax.ShapeDtypeStruct((2, 3), np.float32, weak_type=True),), {}),
    ],
)
def test_what_differs_has_another_name(names: Callable[..., list[str | None]], function: Any, arguments: Any, settings: Any) -> None:
    other = names(function, *arguments, **settings)
    assert other != names(times, X)
    assert other != [None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda x: x * 2.0, lambda x: x * 2.5),
        (lambda x: x - x.T.T, lambda x: x.T.T - x),
        (lambda x: x.sum(0), lambda x: x.sum(1)),
        (lambda x: jnp.clip(x, 0.0, jnp.inf), lambda x: jnp.clip(x, -0.0, jnp.inf)),
        (lambda x: jnp.dot(x, x.T), lambda x: jnp.dot(x, x.T, precision="highest")),
        (lambda x: jax.lax.fori_loop(0, 3, lambda _, y: y + x, x), lambda x: jax.lax.fori_loop(0, 3, lambda _, y: y * x, x)),
        (lambda x: jax.random.uniform(jax.random.key(0), (2,)), lambda x: jax.random.uniform(jax.random.key(0, impl="rbg"), (2,))),
        (lambda x: (x + 1.0, x), lambda x: (x, x + 1.0)),
    ],
)
def test_programs_of_one_function_name_that_differ_have_other_names(names: Callable[..., list[str | None]], one: Any, other: Any) -> None:
    (first,), (second,) = names(one, X), names(other, X)
    assert first != second
    assert first is not None
    assert second is not None


@pytest.mark.parametrize(
    ("setting", "value"), [("jax_threefry_partitionable", False), ("jax_default_matmul_precision", "float32"), ("jax_numpy_rank_promotion", "raise")]
)
def test_settings_are_in_the_name(names: Callable[..., list[str | None]], setting: str, value: object) -> None:
    (before,) = names(times, X)
    kept = getattr(jax.config, setting)
    jax.config.update(setting, value)
    try:
        assert names(times, X) != [before]
    finally:
        jax.config.update(setting, kept)


CONSTANT = np.arange(3.0, dtype=np.float32)


@pytest.mark.parametrize(
    ("function", "settings"),
    [
        (lambda x: x + jnp.asarray(CONSTANT), {}),
        (lambda x: jax.pure_callback(lambda y: y, x, x), {}),
        (lambda x: jax.debug.print("{}", x), {}),
        (times, {"donate_argnums": 0}),
        (times, {"out_shardings": jax.sharding.SingleDeviceSharding(jax.devices()[0])}),
    ],
)
def test_what_cannot_be_described_exactly_is_not_described(names: Callable[..., list[str | None]], function: Any, settings: Any) -> None:
    assert names(function, X, **settings) == [None]
