"""Tell an author what to do about an answer of their own that the build refuses."""

from __future__ import annotations

from autograder.build.out_of_bounds import drawn_without_a_range, indices_of
from autograder.questions.question import Question
from autograder.verdicts.examine import Finding


def to_keep_digits(question: Question) -> str:
    """A sentence that says what to do about a computation that loses digits."""
    scaled = any(
        family in ("large", "tiny")
        for argument in question.arguments.values()
        for family in argument.families
    )
    ordinary = 'keep to numbers of ordinary size with Array(…, families=("normal",)), '
    return (
        "Rewrite it to keep its digits (sums of logarithms for a product of many factors, two "
        "passes for a variance, expm1 and log1p near zero), make the sizes in dims smaller, "
        f"{ordinary if scaled else ''}or declare the question with x64=True"
    )


def about_alternative(question: Question, finding: Finding) -> str:
    """A sentence to follow the one that says why an alternative is refused; or ""."""
    if finding.mismatch is not None and finding.mismatch.imprecise:
        return (
            " If it is as accurate as the reference, compute both with more digits, make the "
            "sizes in dims smaller, or set the allowed error with rtol=… or atol=…"
        )
    if indices_of(question):
        return drawn_without_a_range(question)
    random = [each for each in question.arguments.values() if each.seeds or "key" in each.kinds]
    if random and finding.step == "values":
        return (
            " If both draw valid random numbers in different ways, declare the question with "
            "same=samples(20_000), from autograder.same"
        )
    return ""
