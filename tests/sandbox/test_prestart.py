"""A worker that starts before it is needed.

Covers too: `sandbox.own_process`.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.sandbox import prestart
from autograder.sandbox.settings import Limits, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(hidden=[str(tmp_path)], level="best", limits=Limits(start_seconds=60))


def test_the_worker_that_waits_is_taken_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This could not be undone in the process of the tests.
    monkeypatch.setattr(prestart, "protect_this_process", lambda: None)
    prestart.start(settings)
    (waiting,) = prestart._waiting
    worker = prestart.take(settings)
    assert worker is waiting
    assert "limits" in worker.started.active
    assert prestart._waiting == []
    worker.end()


def test_a_worker_with_other_settings_is_ended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(prestart, "protect_this_process", lambda: None)
    prestart.start(settings)
    (waiting,) = prestart._waiting
    worker = prestart.take(dataclasses.replace(settings, hidden=[str(tmp_path), "/nowhere"]))
    assert worker is not waiting
    assert waiting._process.poll() is not None
    worker.end()


def test_what_goes_wrong_early_is_left_to_be_told_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prestart, "protect_this_process", lambda: None)
    prestart.start(dataclasses.replace(settings, files="/no/such/folder"))
    assert prestart._waiting == []


def test_a_worker_that_nobody_takes_is_ended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prestart, "protect_this_process", lambda: None)
    prestart.start(settings)
    (waiting,) = prestart._waiting
    prestart.discard()
    assert (waiting._process.poll() is not None, prestart._waiting) == (True, [])
