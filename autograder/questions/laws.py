"""The laws that a question may ask for, by name, and what each says."""

from __future__ import annotations

PERMUTATION = "permutation of "
"""The beginning of the name of a permutation law; the name of the dimension follows."""

LAWS = {
    "jit": "`jax.jit` of the function returns what the function returns",
    "vmap": "`jax.vmap` of the function returns what the function returns for each lane, stacked",
    "grad": ("the derivative from `jax.grad` is that of the numbers that the function returns"),
    PERMUTATION: "permuting the input permutes the output in the same way",
}
"""What each law says, by the law's name."""


def of_transforms() -> set[str]:
    """The laws that put a call under a transform of JAX, which traces the function."""
    return LAWS.keys() - {PERMUTATION}


def is_law(name: object) -> bool:
    """Whether `name` is the name of a law."""
    return isinstance(name, str) and (
        (name in LAWS and name != PERMUTATION)
        or (name.startswith(PERMUTATION) and name != PERMUTATION)
    )


def says(law: str) -> str:
    """What the law of this name says. Raises `KeyError`."""
    return LAWS[PERMUTATION if law.startswith(PERMUTATION) else law]
