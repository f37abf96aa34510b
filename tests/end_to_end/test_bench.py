"""`make bench` and `make growth` run, on real processes; what they measure is not judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from shared import ROOT

from benchmarks import growth, parts

ROADS = ("ours", "twin", "floor", "otter check", "check that calls", "desk floor")


def test_each_moment_counts_once_for_the_first_part_that_it_is_in() -> None:
    told = [
        *(("tests", 1.0, 9.0), ("calls", 2.0, 8.0), ("tracing", 3.0, 5.0), ("tracing", 3.5, 4.0)),
        *(("lowering", 4.5, 6.0), ("imports", -1.0, 0.5), ("imports", 9.0, 20.0)),
    ]
    taken = parts.seconds(told, 0.0, 10.0)
    assert {part: seconds for part, seconds in taken.items() if seconds} == {
        "lowering": 1.5,
        "tracing": 1.5,
        "imports": 1.5,
        "calls": 3.0,
        "tests": 2.0,
        "the rest": 0.5,
    }


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
    by_part = took.pop("parts")
    assert by_part.keys() == {"ours", "twin"}
    for found in by_part.values():
        wall = found.pop("wall")
        assert sum(found.values()) == pytest.approx(wall, abs=0.01)
        assert all(found[part] > 0.01 for part in ("compiling", "lowering", "imports", "tests"))
    assert by_part["ours"]["cells"] > 0.01 < by_part["ours"]["calls"]
    assert all(seconds > 0 for seconds in took.pop("waits").values())
    assert {road: len(times) for road, times in took.items()} == dict.fromkeys(ROADS, 1)
    assert all(
        times[0]["wall"] > 0 and times[0]["cpu"] > 0 and times[0]["memory"] > 2**26
        for times in took.values()
    )


def test_a_line_is_fitted_to_the_first_points_and_what_bends_is_told() -> None:
    straight = growth.Line("", {size: 3 + 0.5 * size for size in (1, 10, 100, 1000, 10**6)})
    assert straight.straight() == pytest.approx((3, 0.5))
    assert straight.power() == pytest.approx(1, abs=0.01)
    bent = growth.Line(
        "", {size: 3 + 0.5 * size + 1e-6 * size**2 for size in (1, 10, 10**6, 10**7)}
    )
    assert bent.power() > 1.8
    flat = growth.Line("", {1: 2.0, 2: 1.9, 3: 2.1})
    start, each = flat.straight()
    assert start > 1.5
    assert 0 <= each < 0.2


@pytest.mark.slow
def test_growth_is_measured_and_drawn(tmp_path: Path) -> None:
    sizes = {"question": (1, 2), "class": (1, 2), "simulated": (1, 20), "elements": (100, 1000)}
    command = [sys.executable, "-m", "benchmarks.growth", "--pairs", "1"]
    for name, each in sizes.items():
        command += [part for size in each for part in (f"--{name}", str(size))]
    command += ["--out", str(tmp_path / "a.json"), "--picture", str(tmp_path / "a.png")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    took = json.loads((tmp_path / "a.json").read_text())["took"]
    measured = {
        (panel, name): [int(size) for size in line["seconds"]]
        for panel, lines in took.items()
        for name, line in lines.items()
    }
    assert measured == {
        ("questions in a notebook", "otter run"): [1, 2],
        ("questions in a notebook", "autograder build --quick"): [1, 2],
        ("submissions in a class", "autograder grade"): [1, 2],
        ("submissions in a class", "the same, answers at hand"): [1, 20],
        ("elements of an array", "a call of a right answer"): [100, 1000],
        ("elements of an array", "a call of a wrong answer, diagnosed"): [100, 1000],
        ("elements of an array", "a question is drawn"): [100, 1000],
    }
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
