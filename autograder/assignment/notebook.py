"""Run the code cells of a master notebook in a separate kernel."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from otter.assign.blocks import BlockType, extract_all_fenced_otter_cells, is_block_boundary_cell
from traitlets.config import Config

from autograder.assignment.needed import lost_names, needed_names
from autograder.build.preview import BUILDING
from autograder.errors import BuildError
from autograder.grading.provisioner import sockets_in
from autograder.runtime.compiler_flags import compiler_flags

SHOWN = 5
"""A sentence lists at most this many names."""

_NOTHING_RAN = ("SyntaxError", "IndentationError", "TabError")

_KERNEL = "python3"
"""The kernel of this Python, which has the plugin; grading uses it too. A master may name a kernel
that only its author's machine has.
"""

# `autograder.assignment.in_kernel` needs the real Otter, so it is imported first.
_INERT = """\
import autograder.assignment.in_kernel
from autograder.sandbox.confined.inert_otter import put_inert_otter
grader = put_inert_otter([])
del autograder, put_inert_otter"""


class KernelDied(BuildError):
    """The process that runs the master's cells ended before they were finished. `passed_over` is
    what `run_after_cells` would have returned.
    """

    def __init__(self, text: str, passed_over: Sequence[str]) -> None:
        super().__init__(text)
        self.passed_over = passed_over


def run_after_cells(
    master: Path, call: str, variables: Mapping[str, str] | None = None
) -> Sequence[str]:
    """Run the master's code cells, except tests, and then `call`, in a separate kernel.

    A cell that raises stops only itself, as in Jupyter. If a question needs what the cell did not
    do, this raises `BuildError`, which names the cell. Returns a sentence for each cell that was
    passed over. Calls of Otter (`grader.check`, `grader.export`) do nothing.

    `variables` are additional environment variables of the kernel.
    """
    notebook = nbformat.read(master, as_version=4)
    cells = [cell for cell in _cells_outside_tests(notebook) if cell.cell_type == "code"]
    first = _INERT if _mentions_otter(cells) else ""
    call += "\nfrom autograder.runtime.ending import skip_final_collection\nskip_final_collection()"
    notebook.cells = [
        *([nbformat.v4.new_code_cell(first)] if first else []),
        *cells,
        nbformat.v4.new_code_cell(call),
    ]
    ours = [notebook.cells[-1], *(notebook.cells[:1] if first else [])]
    stops = _Stops(master.name, [cell.source for cell in cells], ours)
    _execute(notebook, master, variables or {}, stops)
    return stops.passed_over


class _Stops:
    """Decide about each cell that raises: fail if a question needs it, pass over it otherwise."""

    def __init__(
        self, name: str, sources: Sequence[str], ours: Sequence[nbformat.NotebookNode]
    ) -> None:
        """`ours` are the cells of the notebook `name` that are not its author's."""
        self._name, self._sources, self._ours = name, sources, ours
        self.passed_over: list[str] = []

    def at(
        self, cell: nbformat.NotebookNode, execute_reply: Mapping[str, Any], **_: object
    ) -> None:
        """Handle a cell that raised. Raises `BuildError` if a question needs it."""
        content = execute_reply["content"]
        lines = [
            line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")
        ]
        told = (
            f"the cell that begins `{(lines or [''])[0].strip()}` raised {content['ename']}: "
            f"{content['evalue']}"
        )
        if any(cell is own for own in self._ours):
            raise BuildError(f"{self._name}: {told}")
        line = None if content["ename"] in _NOTHING_RAN else _line(content["traceback"])
        lost = lost_names(cell.source, line, needed_names(self._sources))
        if lost and "raises-exception" not in cell.metadata.get("tags", []):
            names = ", ".join(lost[:SHOWN]) + (" …" if len(lost) > SHOWN else "")
            raise BuildError(f"{self._name}: {told}; a question needs {names} from this cell")
        self.passed_over.append(f"{told}. No question needs this cell, so the build continued.")


def _execute(
    notebook: nbformat.NotebookNode, master: Path, variables: Mapping[str, str], stops: _Stops
) -> None:
    # The CPU computes the references, because every grader has one.
    environment = {
        **os.environ,
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": compiler_flags(),
        BUILDING: "1",
        **variables,
    }
    try:
        with tempfile.TemporaryDirectory() as scratch:
            prefix = sockets_in(Path(scratch))
            config = Config({"KernelManager": {"transport": "ipc", "ip": prefix}} if prefix else {})
            client = NotebookClient(
                notebook,
                timeout=None,
                kernel_name=_KERNEL,
                allow_errors=True,
                on_cell_error=stops.at,
                resources={"metadata": {"path": str(master.parent)}},
                config=config,
            )
            # The kernel's standard error holds only remarks about the kernel; the output of cells
            # arrives another way.
            client.execute(env=environment, stderr=subprocess.DEVNULL)
    except DeadKernelError as error:
        raise KernelDied(
            f"{master.name}: the kernel died while the notebook's cells ran; check that the "
            "machine has enough memory",
            stops.passed_over,
        ) from error


def _line(traceback: Sequence[str]) -> int | None:
    """The line of the cell that an IPython traceback names."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    found = re.search(r"^(?:Cell )?In ?\[\d+\], line (\d+)", plain, re.MULTILINE)
    return int(found[1]) if found else None


def sources(master: Path) -> list[str]:
    """The sources of the code cells, except tests."""
    cells = _cells_outside_tests(nbformat.read(master, as_version=4))
    return [cell.source for cell in cells if cell.cell_type == "code"]


def _mentions_otter(cells: Sequence[nbformat.NotebookNode]) -> bool:
    return any(re.search(r"\b(otter|grader)\b", cell.source) for cell in cells)


def _cells_outside_tests(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    kept, inside = [], False
    for cell in extract_all_fenced_otter_cells(notebook.cells):
        if is_block_boundary_cell(cell, BlockType.TESTS):
            inside = True
        elif is_block_boundary_cell(cell, BlockType.TESTS, end=True):
            inside = False
        elif not inside:
            kept.append(cell)
    return kept
