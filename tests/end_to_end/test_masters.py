"""The five masters: kept clean for review, run top to bottom in Jupyter, worth seven points."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from shared import MASTERS, NAMES

from autograder.assignment import scaffold

FUNCTIONS = {
    "nnx-vmap-over-batch": "vmap_over_batch",
    "nn-vmap-shared-params": "nn_vmap_forward",
    "nnx-batched-init": "batched_init_count",
    "nnx-composed-transforms": "composed_transforms",
    "nnx-vmap-over-ensemble": "vmap_over_ensemble",
}

each_master = pytest.mark.parametrize("master", MASTERS, ids=NAMES)


def test_there_are_five() -> None:
    assert set(NAMES) == set(FUNCTIONS)


@each_master
def test_no_outputs_no_execution_counts_and_named_cells(master: Path) -> None:
    notebook = nbformat.read(master, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", identifier) for identifier in ids)
    assert all(
        not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells
    )
    assert notebook.metadata["kernelspec"]["name"] == "python3"


@each_master
def test_points_are_one_public_three_for_the_method_and_six_hidden(master: Path) -> None:
    points: dict[str, list[int]] = {"public": [], "method": [], "hidden": []}
    for cell in nbformat.read(master, as_version=4).cells:
        if "# BEGIN TEST CONFIG" in cell.source:
            config = yaml.safe_load(cell.source.split("# BEGIN TEST CONFIG")[1].split('"""')[0])
            points[
                "hidden"
                if config.get("hidden", False)
                else "method"
                if "rule=" in cell.source
                else "public"
            ].append(config["points"])
    assert (points["public"], sum(points["method"]), points["hidden"]) == ([1], 3, [2, 2, 1, 1])


def run_in_jupyter(notebook: nbformat.NotebookNode, folder: Path, function: str) -> None:
    """Run every cell of a master. Its tests print what they found, and nothing warns."""
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(folder)}}).execute()
    printed = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    for group in ("public", "corners", "random", "repeated", "types"):
        assert f"{function}, {group}: " in printed
    assert "Warning" not in printed


def test_a_new_master_runs_top_to_bottom_in_jupyter_tests_included(tmp_path: Path) -> None:
    run_in_jupyter(scaffold.master("row-sums"), tmp_path, "row_sums")


@pytest.mark.slow
@each_master
def test_it_runs_top_to_bottom_in_jupyter_tests_included(master: Path) -> None:
    run_in_jupyter(nbformat.read(master, as_version=4), master.parent, FUNCTIONS[master.stem])
