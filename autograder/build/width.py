"""Compare the bit width in which a master's notebook computes with the one that its questions
declare.
"""

from __future__ import annotations

from autograder.errors import BuildError
from autograder.questions.question import Question


def check_width(question: Question) -> None:
    """Raise `BuildError` if the notebook computes in 64 bits and the question does not declare
    that: grading would judge submissions in 32.
    """
    import jax

    if jax.config.jax_enable_x64 and not question.way.x64:
        raise BuildError(
            f"question {question.name!r}: this notebook sets jax_enable_x64, but grading uses 32 "
            "bits for this question; declare the question with x64=True, or remove the setting "
            "(a call of jax.config.update, or the variable JAX_ENABLE_X64)"
        )
