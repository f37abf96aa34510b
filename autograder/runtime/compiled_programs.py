"""Programs that XLA compiled when the assignment was built, so that grading need not compile them
again.

Grading calls tiny programs a few times each, so it would spend most of its time compiling them. The
build calls the reference, alternatives and misconceptions on the shapes of the bank, and the zip
carries the programs that JAX asks for meanwhile (see `autograder.runtime.gathered_programs`).
Submissions can read them but not write them. The build uses other values than the bank's, because a
program may contain its constants. A program that is missing, damaged, or made for another release,
processor or setting is compiled as usual: the cache only changes how long grading takes, and no
verdict depends on it.

The process that runs a submission has the archive in its memory, and the archive contains the
programs of the reference. So each program is stored under a name, and scrambled with a key, both
derived from the program itself: only a process with the same program can read it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import platform
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.runtime import compiler_flags, jax_cache

FILE = "programs.compiled"
"""The archive's file name. The zip has it, but never among the files that a submission sees."""

_MADE_FOR = "made_for.json"

ENDING = "-cache"
"""The suffix of the files in JAX's own folder, which are named after JAX's cache keys."""

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
"""The instruction sets, as `/proc/cpuinfo` names them, that compiled arithmetic may use. AVX-512 is
not among them (see `compiler_flags.compiler_flags`).
"""


def warming(folder: Path) -> dict[str, str]:
    """Environment variables for a process that fills the cache in `folder`."""
    return jax_cache.variables(jax_cache.settings(folder, seconds=0.0))


def reading(folder: Path) -> dict[str, str]:
    """Environment variables for a process that reads the cache in `folder` and never writes to
    it.
    """
    return jax_cache.variables(jax_cache.settings(folder, seconds=jax_cache.NEVER))


def read_here(archive: Path) -> int:
    """Make JAX in this process find the programs in `archive`, and return their number.

    Call it after JAX is imported and before anything is computed. It reads the file now and keeps
    it in memory, because this process may lose the right to read it later. Returns 0 if the
    programs were made for another machine, if the file is missing or damaged, or if this release of
    JAX has no such place for them.
    """
    programs = Programs(archive)
    return len(programs) if programs and jax_cache.answer_from(programs.compiled) else 0


def pack(folder: Path, target: Path) -> None:
    """Pack the cache in `folder` into the file `target`, with a description of this machine."""
    entries = {}
    for path in folder.glob(f"*{ENDING}"):
        content = path.read_bytes()
        entries[_archive_name(path.name)] = _scramble(
            zlib.compress(hashlib.sha256(content).digest() + content), path.name
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, scrambled in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(name), scrambled)
        archive.writestr(zipfile.ZipInfo(_MADE_FOR), json.dumps(_this_machine()))


class Programs:
    """The programs in an archive, by JAX's cache keys. It is empty if the archive was made for
    another machine or cannot be read.

    The whole archive is read at once. Each program is unpacked only on request, because a
    submission needs only a few.
    """

    def __init__(self, archive: Path) -> None:
        self._packed: zipfile.ZipFile | None = None
        with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
            packed = zipfile.ZipFile(io.BytesIO(archive.read_bytes()))
            if _fits(json.loads(packed.read(_MADE_FOR)), _this_machine()):
                self._packed = packed
        self._names = frozenset(self._packed.namelist() if self._packed else ())

    def __len__(self) -> int:
        return max(len(self._names) - 1, 0)

    def compiled(self, name: str) -> bytes | None:
        return self._content(name + ENDING)

    def _content(self, name: str) -> bytes | None:
        if self._packed is not None and _archive_name(name) in self._names:
            with contextlib.suppress(zipfile.BadZipFile, zlib.error):
                found = zlib.decompress(_scramble(self._packed.read(_archive_name(name)), name))
                digest, content = (
                    found[: hashlib.sha256().digest_size],
                    found[hashlib.sha256().digest_size :],
                )
                return content if digest == hashlib.sha256(content).digest() else None
        return None


def _archive_name(name: str) -> str:
    """The archive's name for the entry that JAX calls `name`, which is a digest of the program
    itself.
    """
    return hashlib.sha256(f"name {name}".encode()).hexdigest()


def _scramble(content: bytes, name: str) -> bytes:
    """Scramble `content` with a key derived from `name`. A second call undoes it."""
    key = hashlib.shake_256(f"key {name}".encode()).digest(len(content))
    return (np.frombuffer(content, np.uint8) ^ np.frombuffer(key, np.uint8)).tobytes()


def _fits(made_for: Mapping[str, Any], here: Mapping[str, Any]) -> bool:
    """Whether this processor has every instruction set that the programs may use."""
    same = all(made_for[name] == here[name] for name in ("system", "machine"))
    return same and set(made_for["instructions"]) <= set(here["instructions"])


def _this_machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "instructions": sorted(compiler_flags.instructions() & _CODE_MAY_USE),
    }
