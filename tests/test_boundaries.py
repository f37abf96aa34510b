"""What importing a module loads, proven in a separate process. `lint-imports` decides which module
may import which (see pyproject.toml).
"""

from __future__ import annotations

import subprocess
import sys

import pytest

JAX_FREE = (
    *(
        "questions.arguments",
        "questions.question",
        "questions.structures",
        "calls.call",
        "calls.inputs",
        "calls.outputs",
        "bank.groups",
        "bank.storage",
        "runtime.fingerprint",
    ),
    *(
        "verdicts.compare",
        "verdicts.examine",
        "checks.check",
        "build.plan",
        "build.tolerance",
        "build.banks",
        "build.record",
        "checks.row",
    ),
)
OTTER_FREE = (*JAX_FREE, "assignment.delivery", "cli", "classroom.cluster", "classroom.command")


def imports(module: str, unwanted: str) -> bool:
    """Whether importing `module` of this package loads `unwanted`, or a module below it."""
    code = (
        f"import sys, autograder.{module}; sys.exit(any(name == {unwanted!r} or "
        f"name.startswith({unwanted + '.'!r}) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode == 1


@pytest.mark.parametrize("module", JAX_FREE)
def test_importing_it_imports_no_jax(module: str) -> None:
    assert not imports(module, "jax")


@pytest.mark.parametrize("module", OTTER_FREE)
def test_importing_it_imports_no_otter(module: str) -> None:
    assert not imports(module, "otter")


def test_the_probe_itself_can_fail() -> None:
    assert imports("otter_plugin", "otter")


@pytest.mark.parametrize(
    "unwanted", ["autograder.bank", "autograder.verdicts", "autograder.questions", "otter"]
)
def test_the_process_of_a_submission_never_has_what_decides(unwanted: str) -> None:
    assert not imports("sandbox.confined.worker", unwanted)


def test_the_launcher_needs_the_standard_library_alone() -> None:
    assert not any(
        imports("container.launcher", unwanted) for unwanted in ("numpy", "otter", "jax")
    )
