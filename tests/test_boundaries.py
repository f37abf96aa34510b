"""What may import what, proven in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

JAX_FREE = ("arguments", "question", "cases", "compare", "values", "calls", "bank", "examine", "checks", "environment", "tolerance", "build")
OTTER_FREE = (*JAX_FREE, "delivery", "cli", "classroom.cluster", "classroom.command")


def imports(module: str, unwanted: str) -> bool:
    code = f"import sys, autograder.{module}; sys.exit({unwanted!r} in sys.modules)"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 1


@pytest.mark.parametrize("module", JAX_FREE)
def test_importing_it_imports_no_jax(module: str) -> None:
    assert not imports(module, "jax")


@pytest.mark.parametrize("module", OTTER_FREE)
def test_importing_it_imports_no_otter(module: str) -> None:
    assert not imports(module, "otter")


def test_the_probe_itself_can_fail() -> None:
    assert imports("otter_plugin", "otter")


@pytest.mark.parametrize("module", ["bank", "compare", "diagnosis", "otter"])
def test_the_process_of_a_submission_never_has_what_decides(module: str) -> None:
    unwanted = module if module == "otter" else f"autograder.{module}"
    assert not imports("sandbox.worker", unwanted)
