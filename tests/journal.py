"""Let a long test run go on where it was stopped: `pytest --journal=FILE`.

Tests that FILE names have passed before and are left out. Those that pass are added to it at once.
The equals sign matters: pytest would take a file that exists, behind a space, for a file of tests,
and look for its configuration beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

_NAME = "passed-before"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--journal",
        metavar="FILE",
        help="leave out the tests that FILE names, and add those that pass to it",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.journal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Journal(Path(config.option.journal).absolute()), _NAME)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    journal = config.pluginmanager.get_plugin(_NAME)
    passed = set(getattr(config, "workerinput", {}).get(_NAME, journal.passed if journal else ()))
    left_out = [item for item in items if item.nodeid in passed]
    if left_out:
        items[:] = [item for item in items if item.nodeid not in passed]
        config.hook.pytest_deselected(items=left_out)


class _Journal:
    """The tests that have passed from their setup to their teardown, before this run and in it."""

    def __init__(self, path: Path) -> None:
        self._path, self._called = path, set[str]()
        self.passed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell each process of a parallel run, since all must leave out the same tests."""
        node.workerinput[_NAME] = self.passed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._called.add(report.nodeid)
        elif report.when == "teardown" and report.passed and report.nodeid in self._called:
            with self._path.open("a", encoding="utf-8") as file:
                print(report.nodeid, file=file)
