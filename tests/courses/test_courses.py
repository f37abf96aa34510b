"""Masters of public courses give the same rows with the plugin as without it, but for what
docs/courses.md lists with its reason. `make courses` fetches them; no other command does.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from courses.both_ways import both_ways, points, table
from courses.fetch import NotFetchedError
from courses.listed import listed
from courses.masters import MASTERS, Master

pytestmark = pytest.mark.courses

PACKAGES = ("datascience", "seaborn", "sklearn", "statsmodels")
"""What the masters import and this package does not: the extra `courses`."""


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Without them each row would be 0 on both sides, and equal."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        pytest.fail(f"{', '.join(missing)} must be installed: run `make courses`", pytrace=False)


@pytest.mark.parametrize("master", MASTERS, ids=lambda master: master.label)
def test_the_rows_are_those_of_otter_alone(master: Master, tmp_path: Path) -> None:
    try:
        rows, printed = both_ways(master, tmp_path)
    except NotFetchedError as error:
        pytest.fail(str(error), pytrace=False)
    found = {(row.submission, row.name, row.stock, row.ours) for row in rows if not row.equal}
    assert found == listed(master), f"{printed}\n{table(rows)}"
    assert master.without_points or points(rows)[0] > 0, (
        f"Otter alone gives the solution of {master.label} no points, so that nothing is compared"
    )
