"""The tables of docs/isolation.md are what `autograder isolation` prints, as root and as a real
ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys

import at_each_level
import pytest
from shared import ROOT

from autograder.sandbox.levels import TRIES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures the layers of Linux")

LAYERS = ("every layer", "no Landlock", "no seccomp", "neither", "no layer")
HEADINGS = {
    "own": (
        "own user, every layer",
        *(f"own, {layers}" for layers in LAYERS[1:4]),
        "same user, every layer",
        *(f"same, {layers}" for layers in LAYERS[1:]),
    ),
    "ordinary": ("ordinary user, every layer", *(f"ordinary, {layers}" for layers in LAYERS[1:])),
}
"""The columns of the page, by the user as whom the command runs; as root it measures both."""


def on_the_page() -> list[dict[str, list[str]]]:
    """Each table of the page about what is tried: its rows by the first column, which has the
    headings."""
    lines = (ROOT / "docs" / "isolation.md").read_text(encoding="utf-8").splitlines()
    tables: list[dict[str, list[str]]] = []
    for line in lines:
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if name == "what it tries":
            tables.append({})
        if tables and (name == "what it tries" or name in TRIES):
            assert name not in tables[-1]
            tables[-1][name] = cells
    return tables


def test_the_page_has_a_row_for_each_try_and_a_column_for_each_level() -> None:
    for table, headings in zip(on_the_page(), HEADINGS.values(), strict=True):
        assert list(table) == ["what it tries", *TRIES]
        assert table["what it tries"] == list(headings)
        assert {len(cells) for cells in table.values()} == {len(headings)}
        assert {cell for name in TRIES for cell in table[name]} == {"held", "OPEN"}


@pytest.mark.slow
@pytest.mark.parametrize("user", HEADINGS)
def test_the_page_says_what_is_measured(user: str) -> None:
    command = [*at_each_level.command(user), sys.executable, "-I", "-m", "autograder", "isolation"]
    done = subprocess.run(
        command,
        cwd="/",
        env={**os.environ, "HOME": "/", "COLUMNS": "400", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured = {}
    for line in done.stdout.splitlines():
        name, *cells = (cell.strip() for cell in line.strip("│┃ ").split("│"))
        if name in TRIES:
            # a narrow terminal shows no whole words
            measured[name] = [{"he": "held", "OP": "OPEN"}[cell[:2]] for cell in cells]
    (said,) = (table for table, each in zip(on_the_page(), HEADINGS, strict=True) if each == user)
    assert measured == {name: said[name] for name in TRIES}
