"""A worker that is started before it is needed."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox import early
from autograder.sandbox.host import Limits


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    limits = dataclasses.asdict(Limits(start_seconds=60))
    return {"hidden": [str(tmp_path)], "files": None, "level": "best", "limits": limits, "compiled": "", "bank": "b", "seed": None}


def test_the_worker_that_waits_is_taken_once(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "protect_this_process", lambda: None)  # it could not be undone in the process of the tests
    early.start(settings)
    (waiting,) = early._waiting
    worker = early.taken(early.settings_of(settings))
    assert worker is waiting
    assert "limits" in worker.started.active
    assert early._waiting == []
    worker.end()


def test_a_worker_with_other_settings_is_ended(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(early, "protect_this_process", lambda: None)
    early.start(settings)
    (waiting,) = early._waiting
    worker = early.taken(early.settings_of({**settings, "hidden": [str(tmp_path), "/nowhere"]}))
    assert worker is not waiting
    assert waiting._process.poll() is not None
    worker.end()


def test_what_goes_wrong_early_is_left_to_be_told_later(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "protect_this_process", lambda: None)
    early.start({**settings, "files": "/no/such/folder"})
    early.start({"nothing": "that is needed"})
    assert early._waiting == []


def test_ipython_runs_the_startup_file_before_the_first_cell(tmp_path: Path) -> None:
    folder = early.write_startup(tmp_path / "ipython", {"nothing": "that is needed"})
    code = "import sys\nprint('autograder.sandbox.early' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "-c", code], env={"IPYTHONDIR": str(folder), "PATH": "/usr/bin"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith("True")
