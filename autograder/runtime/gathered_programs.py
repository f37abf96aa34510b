"""Gather, in the process that builds an assignment, the compiled programs that its zip will carry
(see `autograder.runtime.compiled_programs`).

A build would compile many programs more than once: the solution's for the public and for the hidden
cases, and again when it calls everything on other values. JAX asks a cache before it compiles. Here
that cache is this process's memory, so each program is compiled once. Only the programs that JAX
asks for inside `Gathered.noting` go into the zip, because the others may contain values of the
hidden cases as constants.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache

from autograder.runtime import jax_cache
from autograder.runtime.compiled_programs import ENDING


class Gathered:
    """The programs of this process by JAX's cache keys. Those that JAX asks for inside `noting` are
    written to `folder` at once, and so outlive the process. Those that JAX itself has written there
    are known from the beginning.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._noting = folder, False
        self._programs = {
            path.name.removesuffix(ENDING): path.read_bytes() for path in folder.glob(f"*{ENDING}")
        }
        compilation_cache.reset_cache()  # JAX leaves the folder
        jax_cache.answer_from(self._find, self._keep)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Write every program that is needed inside the block into the folder. JAX forgets what it
        has compiled, so that it asks for each.
        """
        jax.clear_caches()
        self._noting = True
        try:
            yield
        finally:
            self._noting = False

    def _find(self, key: str) -> bytes | None:
        program = self._programs.get(key)
        if program is not None:
            self._note(key, program)
        return program

    def _keep(self, key: str, program: bytes) -> None:
        self._programs[key] = program
        self._note(key, program)

    def _note(self, key: str, program: bytes) -> None:
        path = self._folder / f"{key}{ENDING}"
        if self._noting and not path.exists():
            whole = path.with_suffix(".partial")
            whole.write_bytes(program)
            whole.replace(path)  # a process that dies while it writes leaves no half program
