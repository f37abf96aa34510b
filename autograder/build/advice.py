"""What an author can do about an answer of his own that is refused."""

from __future__ import annotations

from autograder.questions.question import Question
from autograder.verdicts.examine import Finding

KEEP_DIGITS = (
    "Write it so that it keeps them (sums of logarithms for a product of many factors, two passes "
    "for a variance, expm1 and log1p near zero), make the sizes in dims smaller, or declare the "
    "question with x64=True"
)
"""What to do about a computation that loses the digits of its numbers."""


def about_alternative(question: Question, finding: Finding) -> str:
    """A further sentence, behind the one that says why an alternative is refused; or ""."""
    if finding.mismatch is not None and finding.mismatch.imprecise:
        return (
            " If it is as right as the reference, compute both in more digits, make the sizes in "
            "dims smaller, or say what is allowed with rtol=… or atol=…"
        )
    indices = [name for name, each in question.arguments.items() if each.may_be_indices]
    if indices:
        return (
            f" Whole numbers such as {indices[0]} are drawn from -9 to 9; if they are labels or "
            "indices, say so: values=(0, 'C') for those below the size C"
        )
    random = [each for each in question.arguments.values() if each.seeds or "key" in each.kinds]
    if random and finding.step == "values":
        return (
            " If both draw right random numbers, each in its own way, declare the question with "
            "same=samples(20_000), from autograder.same"
        )
    return ""
