"""Read the settings that the build wrote for our plugin into the zip's otter_config.json. Standard
library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def settings_of(config: Mapping[str, Any]) -> dict[str, Any] | None:
    """The plugin's settings in Otter's configuration; None if no build put any there."""
    for entry in config.get("plugins", ()):
        for settings in entry.values() if isinstance(entry, dict) else ():
            if isinstance(settings, dict) and "bank" in settings:
                return settings
    return None
