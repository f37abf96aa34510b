"""Run `otter assign`, and read what it wrote."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import nbformat

from autograder.errors import BuildError
from autograder.grading import provisioner
from autograder.runtime import system
from autograder.runtime.tied import tie

if TYPE_CHECKING:
    from otter.assign import Assignment

_REFUSED = "Some autograder tests failed in the autograder notebook:"
"""How Otter's message starts when the solution does not get every point."""

NOTE = "Note for the author: "
"""How a line for the author starts in the output of `otter assign`."""


def tests_of_cells(notebook: Path) -> dict[str, list[str]]:
    """The tests that Otter runs after each cell, by cell id, as Otter wrote them into this
    notebook.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    return {
        cell.id: list(tests)
        for cell in cells
        if "id" in cell and (tests := cell.metadata.get("otter", {}).get("tests"))
    }


def check_readable(master: Path) -> None:
    """Raise `BuildError` for anything that would stop `otter assign` with a message that does not
    say what to do.
    """
    try:
        str(master).encode()
    except UnicodeEncodeError:
        raise BuildError(
            f"{str(master)!r}: Otter writes the name of a master into files, but this name is not "
            "valid text; rename the master"
        ) from None
    try:
        notebook = nbformat.read(master, as_version=4)
    except FileNotFoundError:
        raise BuildError(f"{master} does not exist") from None
    except (AttributeError, TypeError):
        raise BuildError(f"{master} is JSON, but not a Jupyter notebook") from None
    except Exception as fault:
        raise BuildError(f"{master} is not a Jupyter notebook: {fault}") from fault
    kernel = notebook.metadata.get("kernelspec", {})
    language = str(kernel.get("language") or "python")
    if language.lower() != "python":
        raise BuildError(
            f"{master.name}: its kernel runs {language}, but otter-arrays grades only Python; "
            "choose a Python 3 kernel"
        )
    if not kernel.get("name"):
        raise BuildError(
            f"{master.name}: metadata.kernelspec is missing; open the notebook in Jupyter, choose "
            "a Python 3 kernel and save it"
        )


def check_generated(assignment: Assignment) -> None:
    """Raise `BuildError` for a master without an autograder zip, because then Otter never runs a
    plugin.
    """
    if not assignment.generate_enabled:
        raise BuildError(
            f"{Path(assignment.master).name}: `generate: false` turns off the autograder zip, so "
            "nothing is graded; remove that line, or remove the plugin from `plugins`"
        )


def assign(
    master: Path, out: Path, notes: list[str] | None = None, *, run_tests: bool = True
) -> str:
    """Check a master's configuration and build it into the folder `out` with the command `otter
    assign`. Returns "", or why it failed. Adds what the author should know to `notes`. Without
    `run_tests`, Otter does not grade the solution.
    """
    try:
        check_readable(master)
    except BuildError as error:
        return str(error)
    # Otter compares this folder with the folders of the files, whose links are resolved.
    place = master.parent.resolve() / master.name
    command = [sys.executable, "-m", "autograder.assignment.checked_assign", str(place), str(out)]
    command += [] if run_tests else ["--no-run-tests"]
    done = subprocess.run(
        tie(command),  # a kernel may still be computing in it when this process is killed
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env={**os.environ, **system.UTF8, **provisioner.environment()},
    )
    if done.returncode == 0:
        if notes is not None:
            notes += re.findall(rf"^{re.escape(NOTE)}(.*)$", done.stdout, re.MULTILINE)
        return ""
    ours = re.findall(
        r"^autograder\.(?:errors\.BuildError|grading\.configuration\.ConfigError|"
        r"assignment\.notebook\.KernelDied): (.*)\Z",
        done.stderr,
        flags=re.MULTILINE | re.DOTALL,
    )
    if ours:
        return str(ours[-1]).strip()
    return (
        refused_solution(master.name, done.stderr)
        or f"otter assign {master} failed:\n{done.stderr[-4000:].strip()}"
    )


def refused_solution(name: str, printed: str) -> str:
    """What the tests of the master `name` say about its own solution, taken from a traceback that
    `otter assign` printed; "" if it failed for another reason.
    """
    _, found, told = printed.partition(f"RuntimeError: {_REFUSED}\n")
    if not found:
        return ""
    return f"{name}: {not_passed(failed_tests(told), dedent(told).strip())}"


def failed_tests(told: str) -> list[tuple[str, str]]:
    """The name of each test that failed, and what it says, from Otter's own text about tests."""
    parts = re.split(r"^ *(\S.*) result:\n", told, flags=re.MULTILINE)
    return [
        (test, dedent(said).strip().partition("\n")[2])
        for test, said in zip(parts[1::2], parts[2::2], strict=True)
        if "Test case failed" in said
    ]


def not_passed(failed: Iterable[tuple[str, str]], otherwise: str = "") -> str:
    """What is said of a solution: the name of each test that it does not pass, and what the test
    says; `otherwise` if no test is known.
    """
    return "\n".join(
        [
            "the solution does not pass all tests of the assignment. A student who submits it "
            "would read:",
            *([f"{test}:\n{indent(said, '  ')}" for test, said in failed] or [otherwise]),
        ]
    )


def tell_of_first_cell(size: int) -> None:
    """Tell the author how large the first cell is of a notebook that needs no other file."""
    told = f"the student's notebook needs no other file; its first cell has {size:,} bytes"
    print(f"{NOTE}{told}", flush=True)
