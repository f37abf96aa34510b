"""`make bench` runs, on real processes; what it measures is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from shared import ROOT

ROADS = ("ours", "isolation off", "twin", "floor", "otter check", "check that calls", "desk floor")


@pytest.mark.slow
def test_the_roads_of_one_assignment_are_timed(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks.bench",
        "--pairs",
        "1",
        "--only",
        "nnx-vmap-over-batch",
        "--class",
        "4",
        "--out",
        str(out),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (took,) = json.loads(out.read_text())["took"].values()
    assert took.pop("class")["submissions"] == 4
    assert all(seconds > 0 for seconds in took.pop("waits").values())
    assert {road: len(times) for road, times in took.items()} == dict.fromkeys(ROADS, 1)
    assert all(
        times[0]["wall"] > 0 and times[0]["cpu"] > 0 and times[0]["memory"] > 2**26
        for times in took.values()
    )
