"""Builds that share a folder compile each program once, and need nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.runtime import compiled_programs, shared_programs

BUILD = """
import glob, json, os, sys
from pathlib import Path
import jax, jax.numpy as jnp
from autograder.runtime.gathered_programs import Gathered

count = {"compiled": 0}
jax.monitoring.register_event_listener(
    lambda event, **_: count.update(
        compiled=count["compiled"] + (event == "/jax/compilation_cache/cache_misses")
    )
)
gathered = Gathered(Path(sys.argv[1]))
jax.jit(lambda x: jnp.sinh(x) * 3)(jnp.arange(4.0))
before = count["compiled"]
with gathered.noting():
    value = jax.jit(lambda x: jnp.sinh(x) * 5)(jnp.arange(4.0))
noted = len(glob.glob(f"{sys.argv[1]}/*-cache"))
print(json.dumps([before, count["compiled"], noted, value.tolist()]))
"""


def built(folder: Path, shared: Path) -> tuple[int, int, int, list[float]]:
    """A small build: how many programs it has compiled before it notes any and altogether, how many
    it has noted, and what it has computed.
    """
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            **compiled_programs.warming(folder),
            "JAX_PLATFORMS": "cpu",
            shared_programs.FOLDER: str(shared),
        },
    )
    assert done.returncode == 0, done.stderr
    before, altogether, noted, value = json.loads(done.stdout)
    return before, altogether, noted, value


def test_the_second_build_compiles_nothing_and_notes_the_same(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    first = built(tmp_path / "one", shared)
    assert first[1] > first[0] > 0
    assert len(list(shared.iterdir())) == first[1]
    second = built(tmp_path / "two", shared)
    assert second[:2] == (0, 0)
    assert second[2:] == first[2:]
    noted = [sorted(path.name for path in (tmp_path / name).iterdir()) for name in ("one", "two")]
    assert noted[0] == noted[1]


@pytest.mark.parametrize("damaged", [b"", b"\0" * 100])
def test_a_damaged_program_is_compiled_again(tmp_path: Path, damaged: bytes) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    first = built(tmp_path / "one", shared)
    for path in shared.iterdir():
        path.write_bytes(damaged)
    assert built(tmp_path / "two", shared)[3] == first[3]


def test_a_folder_that_is_not_there_costs_time_only(tmp_path: Path) -> None:
    there = tmp_path / "shared"
    there.mkdir()
    assert built(tmp_path / "one", there) == built(tmp_path / "two", tmp_path / "absent")


def test_the_folder_is_the_one_that_is_named_or_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(shared_programs.FOLDER, raising=False)
    with shared_programs.folder() as own:
        assert own.stat().st_mode & 0o077 == 0
    assert not own.exists()
    monkeypatch.setenv(shared_programs.FOLDER, str(tmp_path))
    with shared_programs.folder() as named:
        assert named == tmp_path
    assert tmp_path.exists()
