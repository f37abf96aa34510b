"""The plugin's configuration: an unusable value is named, and the rest reaches the limits."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading.configuration import ConfigError, Isolation


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"isolation": "some"}, "isolation='some' is not one of required, best, off"),
        ({"seconds_per_call": 0}, "seconds_per_call=0 (type=int) is not a number above 0"),
        ({"seconds_per_cell": "9"}, "seconds_per_cell='9' (type=str) is not a number above 0"),
        (
            {"seconds_per_submission": True},
            "seconds_per_submission=True (type=bool) is not a number above 0",
        ),
        ({"memory_mb": -1}, "memory_mb=-1 (type=int) is not a number above 0"),
        (
            {"memory": 100},
            "'memory' is not a setting of this plugin; the settings are isolation, memory_mb, "
            "seconds_per_call, seconds_per_cell, seconds_per_submission",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Isolation.of(config, container=True)
    assert str(caught.value) == message


def test_settings_reach_the_limits() -> None:
    chosen = Isolation.of(
        {
            "isolation": "best",
            "seconds_per_call": 3,
            "seconds_per_cell": 4.5,
            "seconds_per_submission": 60,
            "memory_mb": 700,
        },
        container=True,
    )
    assert (chosen.level, chosen.limits.call_seconds, chosen.limits.cell_seconds) == (
        "best",
        3,
        4.5,
    )
    assert (chosen.limits.submission_seconds, chosen.limits.resident_bytes) == (60, 700 * 2**20)
    # YAML reads a bare `off` as this.
    assert Isolation.of({"isolation": False}, container=True).level == "off"


def test_isolation_is_required_in_a_container_and_the_best_elsewhere() -> None:
    assert Isolation.of({}, container=True).level == "required"
    assert Isolation.of({}, container=False).level == "best"
