"""otter-arrays: Otter-Grader assignments on JAX and Flax arrays, graded fairly.

Authors use `Question`, `Array`, `Dim` and `Seed` to declare a question; test cells call `check`.
"""

from autograder.arguments import Array, DeclarationError, Dim, Seed
from autograder.checks import CheckFailed, Ungraded, check
from autograder.question import Question

__all__ = ["Array", "CheckFailed", "DeclarationError", "Dim", "Question", "Seed", "Ungraded", "check"]
