"""Read and check the plugin's configuration, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bank import filenames
from autograder.errors import BuildError
from autograder.sandbox.settings import LEVELS, Limits

_LIMITS = {
    "seconds_per_cell": "cell_seconds",
    "seconds_per_call": "call_seconds",
    "seconds_per_submission": "submission_seconds",
}


_SETTINGS = tuple(sorted(("isolation", "memory_mb", *_LIMITS)))
_FROM_THE_BUILD = (
    *("assignment", "bank", "checks", "names", "public_files", "tests_of_cells", "worth"),
)


class ConfigError(BuildError):
    """The plugin's configuration has an unusable value. The text names it."""


@dataclass(frozen=True)
class Isolation:
    """The plugin's configuration: `isolation` (required, best or off), seconds per cell, call and
    submission, and `memory_mb`.
    """

    level: str
    limits: Limits
    public_files: tuple[str, ...] = ()
    bank: str = ""

    def bank_in(self, folder: Path) -> Path:
        """The hidden bank among the assignment's files."""
        return folder / (self.bank or filenames.HIDDEN_FILE)

    @classmethod
    def of(cls, config: Mapping[str, Any], *, container: bool) -> Isolation:
        """Read the plugin's configuration. Raises `ConfigError`.

        By default, isolation is required in a grading container; on a person's own machine, the
        best available is used.
        """
        unknown = [name for name in config if name not in (*_SETTINGS, *_FROM_THE_BUILD)]
        if unknown:
            raise ConfigError(
                f"{unknown[0]!r} is not a setting of this plugin; the settings are "
                f"{', '.join(_SETTINGS)}"
            )
        level = config.get("isolation", "required" if container else "best")
        if level not in LEVELS and level is not False:
            raise ConfigError(f"isolation={level!r} is not one of {', '.join(LEVELS)}")
        wishes: dict[str, float] = {}
        for name, field_name in _LIMITS.items():
            if name in config:
                wishes[field_name] = _positive(name, config[name])
        if "memory_mb" in config:
            wishes["resident_bytes"] = int(_positive("memory_mb", config["memory_mb"]) * 2**20)
        return cls(
            "off" if level is False else level,
            Limits(**wishes),  # type: ignore[arg-type]
            tuple(config.get("public_files", ())),
            str(config.get("bank", "")),
        )


def _positive(name: str, value: Any) -> float:
    if type(value) not in (int, float) or value <= 0:
        raise ConfigError(f"{name}={value!r} (type={type(value).__name__}) is not a number above 0")
    return float(value)
