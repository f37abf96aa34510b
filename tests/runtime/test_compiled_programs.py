"""Compiled programs that travel with an assignment: they save time, and no verdict depends on them.

Runs too: `build.precompile`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.runtime import compiled_programs, compiler_flags

PROGRAM = (
    "import jax, jax.numpy as jnp; {before}; print(float(jax.jit(lambda x: jnp.tanh(x) @ "
    "x)(jnp.arange(5.0))))"
)


def run(
    variables: dict[str, str] | None = None, archive: Path | None = None
) -> tuple[str, int, int]:
    """The output of a small program, and the number of compiled programs that it found and
    missed.
    """
    log = "import logging, sys; logging.basicConfig(level=logging.DEBUG, stream=sys.stderr);"
    read = (
        (
            "from pathlib import Path; from autograder.runtime import compiled_programs; "
            f"compiled_programs.read_here(Path({str(archive)!r}))"
        )
        if archive
        else "pass"
    )
    variables = {
        **os.environ,
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": compiler_flags.compiler_flags(),
        **(variables or {}),
    }
    done = subprocess.run(
        [sys.executable, "-c", log + PROGRAM.format(before=read)],
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return (
        done.stdout,
        done.stderr.count("Persistent compilation cache hit"),
        done.stderr.count("PERSISTENT COMPILATION CACHE MISS"),
    )


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    _, hits, misses = run(compiled_programs.warming(folder))
    assert (hits, misses > 0) == (0, True)
    compiled_programs.pack(folder, folder / compiled_programs.FILE)
    return folder / compiled_programs.FILE


def changed(archive: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(archive) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    change(entries)
    with zipfile.ZipFile(target, "w") as new:
        for name, content in entries.items():
            new.writestr(name, content)
    return target


def test_what_was_compiled_is_found_by_another_process(packed: Path) -> None:
    said, hits, misses = run(archive=packed)
    assert (said, hits > 0, misses) == (run()[0], True, 0)


def test_jaxs_own_cache_in_a_folder_reads_it_too(packed: Path) -> None:
    before = sorted(path.name for path in packed.parent.iterdir())
    said, hits, misses = run(compiled_programs.reading(packed.parent))
    assert (said, hits > 0, misses) == (run()[0], True, 0)
    assert sorted(path.name for path in packed.parent.iterdir()) == before


def test_who_has_not_the_program_learns_nothing_of_it(packed: Path) -> None:
    """A submission's process holds the archive in its memory, with the reference's programs."""
    with zipfile.ZipFile(packed) as archive:
        entries = {
            name: archive.read(name) for name in archive.namelist() if name != "made_for.json"
        }
    assert entries
    for name, content in entries.items():
        # JAX's own name begins with that of the operation.
        assert re.fullmatch("[0-9a-f]{64}", name)
        assert b"jit" not in content
        assert not any(
            content.startswith(magic)
            for magic in (b"\x78", b"\x28\xb5\x2f\xfd", b"ML\xefR", b"\x7fELF")
        )
        assert len(set(content)) > min(200, len(content) // 4)  # like noise
    told = compiled_programs.Programs(packed)
    assert [told.compiled(name) for name in entries] == [None] * len(entries)


def scrambled(entries: dict[str, bytes]) -> None:
    for name in entries:
        if name != "made_for.json":
            entries[name] = entries[name][:40] + bytes(len(entries[name]) - 40)


def truncated(entries: dict[str, bytes]) -> None:
    for name in entries:
        if name != "made_for.json":
            entries[name] = entries[name][:20]


@pytest.mark.parametrize("change", [scrambled, truncated])
def test_damaged_programs_are_compiled_as_ever(
    packed: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    assert run(archive=changed(packed, tmp_path / "x", change))[0] == run()[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("instructions", ["an_instruction_of_2040"]),
        pytest.param("machine", "pdp11", marks=pytest.mark.slow),
        pytest.param("system", "Plan 9", marks=pytest.mark.slow),
    ],
)
def test_programs_for_another_machine_are_left_alone(
    packed: Path, tmp_path: Path, field: str, value: object
) -> None:
    def other(entries: dict[str, bytes]) -> None:
        entries["made_for.json"] = json.dumps(
            {**json.loads(entries["made_for.json"]), field: value}
        ).encode()

    assert run(archive=changed(packed, tmp_path / "x", other)) == run()


def test_entries_of_older_builds_are_not_read(packed: Path, tmp_path: Path) -> None:
    """Until version 0.1 an archive also had lowered programs, under names of the same form."""

    def older(entries: dict[str, bytes]) -> None:
        entries |= {
            hashlib.sha256(name.encode()).hexdigest(): content
            for name, content in entries.items()
            if name != "made_for.json"
        }

    said, hits, misses = run(archive=changed(packed, tmp_path / "x", older))
    assert (said, hits > 0, misses) == (run()[0], True, 0)


@pytest.mark.parametrize("content", [None, b"", b"PK nothing"])
def test_a_file_that_is_not_there_or_no_archive_is_left_alone(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    assert compiled_programs.read_here(tmp_path / "x") == 0


def rebuilt(archive: Path, target: Path, change: Callable[[bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content: bytes | None = old.read(entry)
            if entry.filename.endswith(compiled_programs.FILE):
                content = change(old.read(entry))
            if content is not None:
                new.writestr(entry, content)
    return target


def verdicts(results: dict[str, Any] | None) -> str:
    assert results is not None
    return json.dumps([{**row} for row in results["tests"]])


@pytest.mark.slow
def test_verdicts_are_the_same_with_the_programs_without_and_with_damaged_ones(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    (question,) = one_assignment.record().questions
    wrong = next(
        known
        for known in one_assignment.misconceptions(question).values()
        if known.told_by == "values"
    )
    without = rebuilt(one_assignment.zip, tmp_path / "without.zip", lambda _: None)
    damaged = rebuilt(
        one_assignment.zip,
        tmp_path / "damaged.zip",
        lambda content: changed(_kept(content, tmp_path), tmp_path / "y", scrambled).read_bytes(),
    )
    for submission in (one_assignment.solution, one_assignment.answered({question: wrong.source})):
        found = {
            verdicts(otter_run(submission, archive).results)
            for archive in (one_assignment.zip, without, damaged)
        }
        assert len(found) == 1


def _kept(content: bytes, folder: Path) -> Path:
    (folder / "x").write_bytes(content)
    return folder / "x"
