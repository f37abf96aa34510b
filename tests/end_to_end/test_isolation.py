"""Isolation on against off, where it is not possible, and against files that shadow modules."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from shared import ROOT, reconfigured

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wrong", "right"])
def test_on_and_off_give_the_same_results_but_for_the_report(
    one_assignment: BuiltAssignment, tmp_path: Path, kind: str
) -> None:
    off = reconfigured(one_assignment.zip, tmp_path / "off.zip", isolation="off")
    source = (
        one_assignment.alternatives("vmap_over_batch")["by_split_and_merge"]
        if kind == "right"
        else one_assignment.misconceptions("vmap_over_batch")["flattens_by_feature"].source
    )
    submission = one_assignment.answered({"vmap_over_batch": source})
    confined, beside = (
        otter_run(submission, one_assignment.zip).results,
        otter_run(submission, off).results,
    )
    assert confined is not None
    assert beside is not None
    assert confined["tests"] == beside["tests"]
    assert confined["extra_data"]["isolation"]["open"] == []
    assert beside["extra_data"]["isolation"] == {"level": "off", "left_out": []}


def test_where_nothing_can_be_confined_required_grades_nothing_and_best_says_what_is_open(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """No layer exists, as on a system that has none."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "without_layers")}
    best = otter_run(one_assignment.solution, one_assignment.zip, env=environment)
    assert best.score == 10
    assert "OPEN: the submission could read hidden files." in best.printed
    required = reconfigured(one_assignment.zip, tmp_path / "required.zip", isolation="required")
    graded = otter_run(one_assignment.solution, required, env=environment)
    assert graded.score is None
    assert graded.sentence.startswith(
        "vmap_over_batch was not called: isolation is required, but here a submission could read "
        "hidden files"
    )


def test_a_zip_with_files_that_shadow_modules_is_graded_as_if_they_were_not_there(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    archive = tmp_path / "submission.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.write(one_assignment.untouched, "nnx-vmap-over-batch.ipynb")
        for name in (
            "otter/__init__.py",
            "numpy.py",
            "autograder/__init__.py",
            "struct.py",
            "jax.py",
            "sitecustomize.py",
        ):
            bundle.writestr(name, "raise SystemExit('shadowed')\n")
    graded = otter_run(archive, one_assignment.zip)
    assert graded.score == 0, graded.printed
    shutil.rmtree(tmp_path)
