"""Run the code cells of a master notebook in a separate kernel."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from otter.assign.blocks import BlockType, extract_all_fenced_otter_cells, is_block_boundary_cell
from traitlets.config import Config

from autograder.build.preview import BUILDING
from autograder.errors import BuildError
from autograder.grading.provisioner import sockets_in
from autograder.runtime.jax_settings import compiler_flags


class KernelDied(BuildError):
    """The process that runs the master's cells ended before they were finished."""


def run_after_cells(
    master: Path, call: str, variables: Mapping[str, str] | None = None, *, before: str = ""
) -> None:
    """Run the master's code cells, except tests, and then `call`, in a separate kernel. Raises
    `BuildError`, which names the cell at fault.

    `variables` are additional environment variables of the kernel; `before` is code to run before
    all cells.
    """
    notebook = nbformat.read(master, as_version=4)
    cells = [cell for cell in _cells_outside_tests(notebook) if cell.cell_type == "code"]
    call += "\nfrom autograder.runtime.ending import skip_final_collection\nskip_final_collection()"
    notebook.cells = [
        *([nbformat.v4.new_code_cell(before)] if before else []),
        *cells,
        nbformat.v4.new_code_cell(call),
    ]
    _execute(notebook, master, variables or {})


def _execute(notebook: nbformat.NotebookNode, master: Path, variables: Mapping[str, str]) -> None:
    # References are computed on the CPU, which every grader has.
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
                resources={"metadata": {"path": str(master.parent)}},
                config=config,
            )
            # The kernel's standard error only has remarks about the kernel; the output of cells
            # comes another way.
            client.execute(env=environment, stderr=subprocess.DEVNULL)
    except (CellExecutionError, AssertionError) as error:
        # nbclient may fail in its own clean-up after a cell that raised; the cell's outputs say
        # what it raised.
        failed = [
            (cell, output)
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        ]
        if not failed:
            raise
        cell, output = failed[0]
        first = next(
            (
                line
                for line in cell.source.splitlines()
                if line.strip() and not line.startswith("#")
            ),
            "",
        )
        told = (
            f"{master.name}: the cell that begins `{first.strip()}` raised {output.ename}: "
            f"{output.evalue}"
        )
        raise BuildError(told) from (None if isinstance(error, CellExecutionError) else error)
    except DeadKernelError as error:
        raise KernelDied(
            f"{master.name}: the kernel died while the notebook's cells ran; is there enough "
            "memory?"
        ) from error


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
