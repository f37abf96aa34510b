"""What reference outputs depend on besides the code, and how to report that two environments
differ.

PRNG bits and initial parameters change between releases of JAX and Flax. So a bank carries the
fingerprint of the environment it was built in, and in any other environment no answer is called
wrong.
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Mapping
from typing import Any

import numpy as np

PACKAGES = ("jax", "jaxlib", "flax", "numpy")

# JAX settings that change the numbers a program gives.
WIDTH = "jax_enable_x64"
_SETTINGS = (WIDTH, "jax_default_prng_impl", "jax_threefry_partitionable")

_INSTALL = "pip install -r requirements.txt"


def fingerprint() -> dict[str, Any]:
    """The environment of this process as JSON-able data: package versions, settings, and a few
    canonical draws. Answers are judged in 32 bits unless their question has x64=True, whatever this
    process is set to.
    """
    import jax

    with jax.enable_x64(False):
        return {**current(), "draws": draws()}


def current() -> dict[str, Any]:
    """The part of the fingerprint that is cheap to compute: versions and settings."""
    return {"packages": {name: _version(name) for name in PACKAGES}, "settings": _settings()}


def difference(
    built: Mapping[str, Any], found: Mapping[str, Any], *, x64: bool = False
) -> str | None:
    """How `found` (see `current`) differs from `built` in versions and settings, with the command
    that mends it; None if it does not. With `x64` the question itself says in how many bits JAX
    computes, so that the setting does not matter.
    """
    faults = []
    here = found["packages"]
    other = [name for name in PACKAGES if here.get(name) != built["packages"].get(name)]
    if other:
        listed = ", ".join(
            (
                f"{name} {'is not' if here.get(name) is None else f'{here.get(name)} is'} "
                f"installed where {built['packages'].get(name)} is needed"
            )
            for name in other
        )
        faults.append(
            f"{listed}: other versions draw other random numbers and initial weights. Type: "
            f"{_INSTALL}"
        )
    settings = found["settings"]
    for name, wanted in built["settings"].items():
        if settings.get(name) != wanted and not (x64 and name == WIDTH):
            faults.append(
                f"{name} is {_quoted(settings.get(name))} where {wanted!r} is needed. Type: "
                f"jax.config.update({name!r}, {wanted!r}), and remove what sets it to another "
                f"value (a call of jax.config.update, or the variable {name.upper()})"
            )
    return ". ".join(faults) + "." if faults else None


def drawn_difference(built: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """A sentence if the canonical draws in `found` (see `draws`) differ from those of `built`, else
    None.
    """
    for name, wanted in built["draws"].items():
        here = found.get(name)
        if (
            here is None
            or np.shape(here) != np.shape(wanted)
            or not np.allclose(here, wanted, rtol=1e-4, atol=1e-6)
        ):
            return (
                f"{name} gives other numbers here than where this assignment was built, although "
                "the versions are the same. Restart the kernel; if that does not help, type: "
                f"{_INSTALL} --force-reinstall."
            )
    return None


def _quoted(setting: object) -> str:
    """A setting in a form that is safe to repeat: the process that reports it may have been told
    anything.
    """
    return (
        repr(setting)
        if type(setting) is bool or setting in ("threefry2x32", "rbg", "unsafe_rbg")
        else "another value"
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _settings() -> dict[str, Any]:
    import jax

    return {name: getattr(jax.config, name) for name in _SETTINGS}


@functools.cache
def draws() -> dict[str, Any]:
    """A few canonical draws. The first call compiles a few small programs."""
    import jax

    with jax.enable_x64(False):  # whatever a notebook sets: other bits would be drawn
        return _drawn()


def _drawn() -> dict[str, Any]:
    import flax.linen as nn
    import jax
    import jax.numpy as jnp
    from flax import nnx

    dense = nn.Dense(2).init(jax.random.key(7), jnp.zeros((1, 3)))["params"]["kernel"]
    return {
        "jax.random.bits": np.asarray(jax.random.bits(jax.random.key(7), (4,))).tolist(),
        "nnx.Linear": np.asarray(nnx.Linear(3, 2, rngs=nnx.Rngs(7)).kernel[...]).tolist(),
        "nn.Dense": np.asarray(dense).tolist(),
    }
