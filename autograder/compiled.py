"""Programs that XLA compiled when the assignment was built, so that grading need not compile them again.

Grading calls tiny programs a few times each, and compiling them is what it would wait for. The build calls reference, alternatives and
misconceptions on the shapes of the bank with JAX's persistent compilation cache switched on, and the zip carries the cache. Submissions read it and
cannot write it. The calls are on values of their own, since a program may have its constants in it. A program that is not there, damaged, or made for
another release, processor or setting is compiled as ever: the cache costs or saves time, and no verdict depends on it.
"""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder import bank, environment
from autograder.calls import call
from autograder.question import declared

FILE = "programs.compiled"
"""In the zip's files, and never among those that a submission sees."""

_MADE_FOR = "made_for.json"

_CODE_MAY_USE = frozenset(
    [
        "pni",
        "ssse3",
        "sse4_1",
        "sse4_2",
        "avx",
        "avx2",
        "fma",
        "f16c",
        "bmi1",
        "bmi2",
        "abm",
        "movbe",
        "popcnt",
        "avx_vnni",
        "avx_ifma",
        "avx_vnni_int8",
        "avx_ne_convert",
        "asimd",
        "asimdhp",
        "asimdrdm",
        "asimddp",
        "asimdfhm",
        "atomics",
        "fp",
        "fphp",
        "sve",
        "sve2",
        "i8mm",
        "bf16",
    ]
)
"""What `/proc/cpuinfo` calls the instructions that compiled arithmetic may have in it, with AVX-512 left out (see `environment.compiler_flags`)."""


def warming(folder: Path) -> dict[str, str]:
    """Environment variables for a process that fills the cache in `folder`."""
    return {**reading(folder), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}


def reading(folder: Path) -> dict[str, str]:
    """Environment variables for a process that reads the cache in `folder`, and never writes to it."""
    return {
        "JAX_COMPILATION_CACHE_DIR": str(folder),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1e9",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES": "none",  # XLA's own would put the folder's name into the key
    }


def warm_here(namespace: Mapping[str, Any], hidden_bank: str) -> None:
    """Runs in the master's kernel, after its cells: call what is declared on the shapes of the bank, with other values."""
    found, rng = bank.load(Path(hidden_bank)), np.random.default_rng()
    environment.draws()
    for question in declared():
        functions = [namespace[question.name], *question.alternatives, *(known.function for known in question.misconceptions)]
        cases = [answered.case for group in found.groups[question.name].values() for answered in group.cases]
        cases += list(found.methods[question.name].cases) if question.name in found.methods else []
        asked = set()
        for case in cases:
            kinds = {name: value.kind for name, value in case.arguments.items()}
            key = (*sorted(case.sizes.items()), *kinds.items())
            if key in asked:
                continue
            asked.add(key)
            values = {name: argument.draw(rng, case.sizes, "normal", kinds[name]) for name, argument in question.arguments.items()}
            for function in functions:
                call(function, values, interruptible=False)  # what a wrong answer raises is of no interest here


def pack(folder: Path, target: Path) -> None:
    """Put a cache into one file, with what it was made for."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # its entries are compressed
        for path in sorted(folder.glob("*-cache")):
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())
        archive.writestr(zipfile.ZipInfo(_MADE_FOR), json.dumps(_this_machine()))


def unpacked(archive: Path) -> Path | None:
    """A new folder, which others may read, with the cache in it; None if it was made for another machine or cannot be read."""
    folder = Path(tempfile.mkdtemp(prefix="compiled-"))
    with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile), zipfile.ZipFile(archive) as packed:
        if _fits(json.loads(packed.read(_MADE_FOR)), _this_machine()):
            for name in packed.namelist():
                if name.endswith("-cache") and "/" not in name:
                    (folder / name).write_bytes(packed.read(name))
                    (folder / name).chmod(0o644)
            folder.chmod(0o755)
            return folder
    shutil.rmtree(folder)
    return None


def _fits(made_for: Mapping[str, Any], here: Mapping[str, Any]) -> bool:
    """Whether this processor has every instruction that the programs may use."""
    same = all(made_for[name] == here[name] for name in ("system", "machine"))
    return same and set(made_for["instructions"]) <= set(here["instructions"])


def _this_machine() -> dict[str, Any]:
    return {"system": platform.system(), "machine": platform.machine(), "instructions": sorted(environment.instructions() & _CODE_MAY_USE)}
