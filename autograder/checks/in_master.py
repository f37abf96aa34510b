"""`check` in a master notebook, with freshly drawn cases."""

from __future__ import annotations

from autograder.build import rehearse as rehearsal
from autograder.questions.question import newest
from autograder.runtime import jax_settings


def rehearse(question: str, function: object, cases: str, rule: str | None) -> None:
    """Print what a test cell of a master would do. Raises `BuildError`."""
    declaration = newest(question)
    assert declaration is not None
    with jax_settings.unoptimised():
        told = (
            rehearsal.rehearse(declaration, function, cases)
            if rule is None
            else rehearsal.rehearse_rule(declaration, function, rule)
        )
    print(told)
