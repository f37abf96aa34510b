"""The laws that a question may ask for, by name, and what each says."""

from __future__ import annotations

PERMUTATION = "permutation of "
"""The beginning of the name of a permutation law; the name of the dimension follows."""

LAWS = {
    "jit": "`jax.jit` of the function gives what the function gives",
    "vmap": "`jax.vmap` of the function gives, stacked, what the function gives for each lane",
    "grad": (
        "the derivative that `jax.grad` finds is that of the numbers which the function returns"
    ),
    PERMUTATION: "who permutes the input gets the output permuted likewise",
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
