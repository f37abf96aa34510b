"""A cache on the seed and the shapes, put around the solution of a master, loses points when Otter
grades it; one on everything that matters keeps all.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from shared import Builds, Grade

from autograder.assignment.built import BuiltAssignment

CACHE = """

_inner, _kept = {name}, {{}}


def {name}(*arguments):
    import numpy as np

    key = tuple({key} for one in arguments)
    if key not in _kept:
        _kept[key] = _inner(*arguments)
    return _kept[key]
"""

PARTIAL = "getattr(one, 'shape', None) or int(one)"
WHOLE = "(np.shape(one), np.asarray(one).tobytes() if np.ndim(one) else int(one))"

NAMES = {
    "nn-vmap-shared-params": "nn_vmap_forward",
    "nnx-vmap-over-batch": "vmap_over_batch",
    "nnx-vmap-over-ensemble": "vmap_over_ensemble",
    "nnx-composed-transforms": "composed_transforms",
}


def with_cache(solution: Path, name: str, key: str, target: Path) -> Path:
    """The solution with a cache around its function."""
    notebook = nbformat.read(solution, as_version=4)
    (cell,) = (cell for cell in notebook.cells if f"def {name}(" in cell.source)
    cell.source += CACHE.format(name=name, key=key)
    nbformat.write(notebook, target)
    return target


@pytest.mark.parametrize(
    "master",
    [
        pytest.param(name, marks=() if name == "nnx-vmap-over-batch" else pytest.mark.slow)
        for name in NAMES
    ],
)
def test_a_cache_on_the_seed_and_the_shapes_loses_points(
    master: str, dist: Builds, grade: Grade, tmp_path: Path
) -> None:
    built = BuiltAssignment(dist / master)
    scores = {}
    for label, key in (("part", PARTIAL), ("all", WHOLE)):
        notebook = with_cache(built.solution, NAMES[master], key, tmp_path / f"{label}.ipynb")
        run = grade(notebook, built.zip)
        assert run.score is not None, run.printed
        scores[label] = run.score
    assert scores["all"] == 10
    assert scores["part"] <= 9
