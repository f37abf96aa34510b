"""What reference outputs depend on besides the code, and how to report that two environments
differ.

PRNG bits and initial parameters may change between releases of JAX and Flax. So a bank carries the
fingerprint of the environment that built it. Values are compared whatever the versions are. Only if
they differ, the draws of both environments decide whether the answer is to blame.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder.runtime.canonical_draws import ALWAYS, BASIC, canonical_draws
from autograder.runtime.judged_settings import GRADING, RECORDED, WIDTH, exactly, in_64_bits

PACKAGES = ("jax", "jaxlib", "flax", "numpy")

TELL = (
    "Please tell your instructor: the grading machine needs the versions that the assignment was "
    "built with, or the assignment must be built again with the machine's versions."
)
"""What a student can do about other random numbers in grading."""


def fingerprint(samplers: Iterable[str] = ()) -> dict[str, Any]:
    """The environment of this process as JSON-able data: package versions, settings, and a few
    canonical draws, including those of `samplers` (see `autograder.runtime.canonical_draws`).

    The draws are made in 32 bits, whatever this process is set to. That is how answers are judged,
    unless their question has x64=True.
    """
    with in_64_bits(False):
        return {**current(), "draws": draws((*ALWAYS, *samplers))}


def current() -> dict[str, Any]:
    """The part of the fingerprint that is cheap to compute: versions and settings."""
    return {"packages": {name: _version(name) for name in PACKAGES}, "settings": _settings()}


def other_settings(
    built: Mapping[str, Any], found: Mapping[str, Any], *, x64: bool = False
) -> str | None:
    """How the settings of JAX in `found` (see `current`) differ from those in `built`, with the
    command that corrects them, or None. With `x64` the question itself says in how many bits JAX
    computes, so that setting does not matter.
    """
    settings = found["settings"]
    faults = [
        f"{name} is {_quote(settings.get(name))} but must be {wanted!r}. Type: "
        f"jax.config.update({name!r}, {wanted!r}), and remove what sets it to another value (a "
        f"call of jax.config.update, or the variable {name.upper()})"
        for name, wanted in built["settings"].items()
        if settings.get(name) != wanted and not (x64 and name == WIDTH)
    ]
    return ". ".join(faults) + "." if faults else None


def other_versions(built: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """A list, in words, of the packages whose versions in `found` (see `current`) are not those in
    `built`, or None.
    """
    here = found["packages"]
    other = [
        f"{name} {_quoted_version(here.get(name))} (the assignment was built with "
        f"{built['packages'].get(name)})"
        for name in PACKAGES
        if here.get(name) != built["packages"].get(name)
    ]
    return ", ".join(other) or None


def drawn_difference(
    built: Mapping[str, Any],
    found: Mapping[str, Any],
    versions: str | None = None,
    *,
    in_grading: bool = False,
) -> str | None:
    """A sentence if the canonical draws in `found` (see `draws`) differ from those in `built`, or
    None.

    `versions` lists the packages that differ (see `other_versions`). In grading a student can
    install nothing, so the sentence says whom to tell.
    """
    for name, wanted in built["draws"].items():
        if name not in found and not versions:
            continue  # not asked for
        here = found.get(name)
        if (
            here is None
            or np.shape(here) != np.shape(wanted)
            or not np.allclose(here, wanted, rtol=1e-4, atol=1e-6)
        ):
            fault = (
                f"the numbers differ from the expected ones, but {name} draws different numbers "
                f"with {versions}, so this check cannot tell whether the answer is right."
                if versions
                else f"{name} draws different numbers here than where this assignment was built, "
                "although the versions are the same."
            )
            return f"{fault} {TELL if in_grading else _remedy(built, versions)}"
    return None


def _remedy(built: Mapping[str, Any], versions: str | None) -> str:
    if versions:
        return f"Type: pip install {_pins(built)}."
    return (
        "Restart the kernel; if that does not help, type: pip install --force-reinstall "
        f"{_pins(built)}."
    )


def _pins(built: Mapping[str, Any]) -> str:
    """The arguments with which pip installs the versions of `built`."""
    return " ".join(f"{name}=={built['packages'].get(name)}" for name in PACKAGES)


def _quote(setting: object) -> str:
    """A setting in a form that is safe to repeat: the process that reports it may say anything."""
    return (
        repr(setting)
        if type(setting) is bool or setting in ("threefry2x32", "rbg", "unsafe_rbg")
        else "another value"
    )


def _quoted_version(version: object) -> str:
    """A version in a form that is safe to repeat (see `_quote`)."""
    if version is None:
        return "not installed"
    plain = isinstance(version, str) and re.fullmatch(r"[0-9a-z.+]{1,30}", version)
    return str(version) if plain else "of another release"


def _version(name: str) -> str | None:
    """The version of a package in memory, which a new installation does not change before a
    restart. If it is not imported, the version on disk.
    """
    loaded = getattr(sys.modules.get(name), "__version__", None)
    if isinstance(loaded, str):
        return loaded
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _settings() -> dict[str, Any]:
    import jax

    return {name: getattr(jax.config, name) for name in RECORDED}


def draw(samplers: tuple[str, ...]) -> dict[str, Any]:
    """The canonical draws of `samplers`. The first call compiles a few small programs."""
    with exactly(GRADING), in_64_bits(False):  # a notebook's settings would change the bits
        return canonical_draws(samplers)


@functools.cache
def draws(samplers: tuple[str, ...] = BASIC) -> dict[str, Any]:
    """What `draw` returns, computed once in a process."""
    return draw(samplers)
