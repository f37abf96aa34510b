"""`otter assign`, in a process of its own, with the configuration checked before Otter acts on it.

Otter copies files before any plugin is called, and has no hook between reading the configuration
and that. So its class for the configuration gets a subclass here. Run as `python -m
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
    """Otter's configuration of an assignment, which it can act on."""

    def update(self, user_config: dict[str, Any]) -> Any:
        """Take over a part of the configuration. Raises `BuildError`."""
        try:
            plugins.check_importable(user_config)
            prepared = files.prepared(user_config, self.master)
        except BuildError as fault:
            raise BuildError(f"{self.master.name}: {fault}") from None
        return super().update(prepared)


if __name__ == "__main__":
    otter.assign.Assignment = Checked
    cli(["assign", *sys.argv[1:]])
