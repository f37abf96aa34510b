"""The resources that a container grants, read from control groups of both versions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.runtime import machine


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
    ],
    ids=["none", "v2-unlimited", "v2-half", "v2-one-and-a-half", "v1-unlimited", "v1-half"],
)
def test_processors_are_those_of_the_quota_rounded_up(
    tmp_path: Path, files: dict[str, str], cpus: int | None
) -> None:
    allowed = len(os.sched_getaffinity(0))
    assert machine.cpus(written(tmp_path, files)) == (
        allowed if cpus is None else min(cpus, allowed)
    )


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({"memory.max": "max\n"}, None),
        ({"memory.max": "805306368\n"}, 768 * 2**20),
        ({"memory/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        ({"memory/memory.limit_in_bytes": "805306368\n"}, 768 * 2**20),
    ],
    ids=["none", "v2-unlimited", "v2", "v1-unlimited", "v1"],
)
def test_memory_is_that_of_the_container_or_of_the_machine(
    tmp_path: Path, files: dict[str, str], limit: int | None
) -> None:
    cgroups = written(tmp_path, files)
    assert machine.memory_limit(cgroups) == limit
    assert machine.memory(cgroups) == limit or (limit is None and machine.memory(cgroups) > 2**30)


@pytest.mark.parametrize("name", ["memory.events", "memory/memory.oom_control"])
def test_kills_for_want_of_memory_are_counted(tmp_path: Path, name: str) -> None:
    assert machine.kills_for_memory(tmp_path) == 0
    assert machine.kills_for_memory(written(tmp_path, {name: "oom 4\noom_kill 3\n"})) == 3


@pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="only Linux counts shared pages once"
)
def test_the_memory_of_a_tree_has_that_of_its_children() -> None:
    child = (
        "import time; kept = bytearray(b'x' * 100_000_000); print('ready', flush=True); "
        "time.sleep(60)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        with machine.Peak(process.pid, every=0.01) as peak:
            while peak.bytes == 0:
                pass
        assert 100_000_000 < machine.memory_of_tree(process.pid) < 200_000_000
        assert 100_000_000 < peak.bytes < 200_000_000
    finally:
        os.killpg(process.pid, 9)
        process.communicate()
