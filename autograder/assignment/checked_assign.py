"""Run `otter assign` in a process of its own, and check the configuration before Otter acts on it.

Otter copies files before it calls any plugin, and has no hook between reading the configuration and
copying, so we subclass its configuration class here. Run as `python -m
autograder.assignment.checked_assign MASTER RESULT`.
"""

from __future__ import annotations

import sys
from typing import Any

import otter.assign
from otter.cli import cli

from autograder.assignment import files, plugins
from autograder.errors import BuildError


class Checked(otter.assign.Assignment):
    """Otter's configuration of an assignment, checked so that Otter can act on it."""

    def update(self, user_config: dict[str, Any]) -> Any:
        """Accept a part of the configuration. Raises `BuildError`."""
        try:
            plugins.check_importable(user_config)
            prepared = files.prepare(user_config, self.master)
        except BuildError as fault:
            raise BuildError(f"{self.master.name}: {fault}") from None
        return super().update(prepared)


if __name__ == "__main__":
    otter.assign.Assignment = Checked
    cli(["assign", *sys.argv[1:]])
