"""One notebook is enough: `runs_on: colab` in the master, and nothing but the notebook in a place
like Google Colab.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import colab_kernel
import nbformat
import numpy as np
import pytest
from handed_out import brought_by, private_lines
from shared import MASTERS, SECRET, built_once

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.assignment.samples import otter_run
from autograder.bank import storage
from autograder.bank.groups import HIDDEN_GROUPS

NAME = "nnx-vmap-over-batch"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> BuiltAssignment:
    """The first master, built for Colab."""
    (master,) = (path for path in MASTERS if path.stem == NAME)
    notebook = nbformat.read(master, as_version=4)
    config = notebook.cells[0]
    assert "init_cell: true\n" in config.source
    config.source = config.source.replace("init_cell: true\n", "init_cell: true\nruns_on: colab\n")
    changed = tmp_path_factory.mktemp("masters") / master.name
    nbformat.write(notebook, changed)
    return BuiltAssignment(built_once(tmp_path_factory, worker_id, "single", [changed]) / NAME)


@pytest.fixture(scope="module")
def colab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    uv = Path(sys.executable).with_name("uv")
    return colab_kernel.environment(tmp_path_factory.mktemp("colab") / "environment", uv)


def answered(single: BuiltAssignment, source: str, target: Path) -> Path:
    nbformat.write(single.answered({"vmap_over_batch": source}), target)
    return target


def versions(python: Path) -> dict[str, str]:
    """The packages of an environment, but for Otter and what it alone needs."""
    (packages,) = python.parent.parent.glob("lib/python3*/site-packages")
    return dict(path.name.split("-")[:2] for path in packages.glob("*.dist-info"))


def test_the_notebook_alone_checks_explains_and_exports(
    single: BuiltAssignment, colab: Path, tmp_path: Path
) -> None:
    before = versions(colab)
    desk = tmp_path / "content"
    desk.mkdir()
    right = answered(
        single, solution_of(single.solution, "vmap_over_batch"), tmp_path / "right.ipynb"
    )
    first, init, example, _, check, export = colab_kernel.executed(colab, right, desk)
    assert first[-1]["text"].splitlines()[-1] == (
        f"Ready: q1 of {NAME} can be checked here, with jax 0.7.2, jaxlib 0.7.2, flax 0.11.2, "
        "numpy 2.0.2."
    )
    assert (init, [each["kind"] for each in example]) == ([], ["execute_result"])
    assert check[-1]["text"] == "q1 results: All test cases passed!"
    (archive,) = desk.glob("*.zip")
    told = "".join(each["text"] for each in export)
    assert [each["text"] for each in export if each["kind"] == "stderr"] == []
    assert "q1 results: All test cases passed!" in told
    assert f"downloaded {archive.name}\n" in told
    assert told.endswith(
        f"{archive.name} contains {NAME}.ipynb as it was last saved. Hand it in.\n"
    )
    with zipfile.ZipFile(archive) as opened:
        assert f"{NAME}.ipynb" in opened.namelist()
    after = versions(colab)
    assert {name: after[name] for name in before} == before

    known = single.misconceptions("vmap_over_batch")["flattens_by_feature"]
    wrong = answered(single, known.source, tmp_path / "wrong.ipynb")
    _, _, _, _, check, _ = colab_kernel.executed(colab, wrong, desk)
    (picture,) = (each for each in check if each["picture"])
    assert picture
    assert "CheckFailed: vmap_over_batch returned wrong values in " in check[-1]["text"]
    assert f"Looks like: {known.name}." in check[-1]["text"]


@pytest.mark.parametrize("tagged", [True, False], ids=["as-handed-out", "without-its-tag"])
def test_a_notebook_with_its_first_cell_is_graded_as_any_other(
    single: BuiltAssignment, tagged: bool
) -> None:
    """Some editors lose the tag with which Otter leaves the cell out."""
    notebook = single.answered({"vmap_over_batch": solution_of(single.solution, "vmap_over_batch")})
    if not tagged:
        del notebook.cells[0].metadata["tags"]
    run = otter_run(notebook, single.zip)
    assert (run.score, run.possible) == (10, 10)
    assert otter_run(nbformat.read(single.untouched, as_version=4), single.zip).score == 0


def test_nothing_secret_is_in_what_the_notebook_brings(single: BuiltAssignment) -> None:
    (files,) = (
        found
        for cell in nbformat.read(single.untouched, as_version=4).cells
        if (found := brought_by(cell.source))
    )
    everything = b"\0".join(content for _, content in files)
    assert len(files) > 50
    assert b"def test_small_cases(vmap_over_batch)" in everything
    secrets = {line.encode() for line in private_lines(single)} | {SECRET.encode()}
    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in everything] == []
    hidden = storage.load(single.hidden_bank)
    arrays = {
        each.tobytes()
        for name in HIDDEN_GROUPS
        for answered_case in hidden.groups["vmap_over_batch"][name].cases
        for each in (
            answered_case.expected[""],
            *(value.data for value in answered_case.case.arguments.values()),
        )
    }
    arrays = {
        each for each in arrays if len(each) >= 8 and np.frombuffer(each[:8], np.int64)[0] > 1000
    }
    assert len(arrays) > 20
    assert [each for each in arrays if each in everything] == []
    # The search would find one: the hidden bank has them all.
    assert all(each in single.hidden_bank.read_bytes() for each in arrays)
