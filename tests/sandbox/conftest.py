"""How the tests of this folder start workers: as forks of one process in each run, which is how a
class is graded, and as new interpreters in the long run, which is how one submission is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.runtime import system
from autograder.sandbox import nursery, surroundings


@pytest.fixture(scope="session")
def started_nursery() -> Iterator[nursery.Nursery | None]:
    """The process that workers are forked from; None where processes are not forked."""
    if not system.FORKS:
        yield None
        return
    started = nursery.Nursery(surroundings.import_path(), surroundings.variables("/"))
    yield started
    started.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that is marked `anew` starts its workers only so."""
    anew = pytest.param("anew", marks=pytest.mark.slow)
    only = metafunc.definition.get_closest_marker("anew") is not None
    metafunc.parametrize("how_workers_start", ["anew"] if only else ["forked", anew], indirect=True)


@pytest.fixture(autouse=True)
def how_workers_start(
    request: pytest.FixtureRequest,
    started_nursery: nursery.Nursery | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forked or anew."""
    if request.param == "forked" and started_nursery is not None:
        monkeypatch.setenv(nursery.VARIABLE, str(started_nursery.requests))
