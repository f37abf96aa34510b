"""XLA's flags where answers are judged."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.runtime import compiler_flags

COMPILE = "import jax, jax.numpy as jnp; print(jax.jit(lambda x: jnp.tanh(x) @ x)(jnp.eye(2)))"


def test_jax_takes_every_flag() -> None:
    """XLA ends a process that sets a flag it does not know."""
    done = subprocess.run(
        [sys.executable, "-c", COMPILE],
        env={**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": compiler_flags.compiler_flags()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (
        0,
        "[[0.7615942 0.       ]\n [0.        0.7615942]]\n",
    )


@pytest.mark.parametrize(
    ("release", "taken"),
    [("0.7.0", True), ("0.10.2", True), ("0.11.0", False), ("0.11.2", False), ("0.6.2", False)],
)
def test_a_release_gets_only_flags_that_it_knows(
    release: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler_flags, "version", lambda name: release)
    assert (compiler_flags.PLAIN_EMITTERS in compiler_flags.compiler_flags()) == taken


def test_flags_that_are_set_already_come_last_and_so_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_backend_optimization_level=3")
    assert compiler_flags.compiler_flags().endswith(" --xla_backend_optimization_level=3")
