"""Compare the author's other answers with the reference's. The tolerance of each case follows from
how much right answers differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.bank.records import ExpectedCase, Group
from autograder.build import alternatives, half_precision, law_cases, noises, same, tolerance
from autograder.build.answered_cases import arguments_of
from autograder.build.contract import check_contract
from autograder.build.measured import Answers, Plans, measure
from autograder.build.tolerance import Noises, Scales
from autograder.calls.call import Returned
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question


def groups(
    question: Question, reference: object, plans: Plans, answered: Answers
) -> tuple[dict[str, Group], Noises]:
    """The groups with their tolerances, and the noise from which these follow. Raises `BuildError`
    for an alternative that is refused.
    """
    measured = measure(question, reference, plans, answered)
    sizes, noise = measured.sizes, measured.noise
    under_laws = {
        name: _noise_under_law(question, name, reference, answered[name], sizes[name])
        for name in plans
        if name in question.laws
    }

    def with_tolerances(noise: Noises) -> dict[str, Group]:
        return {
            name: Group(
                name,
                tuple(
                    ExpectedCase(
                        case,
                        output,
                        tolerance.tolerances(
                            output,
                            tolerance.larger(noise, under_laws[name]) if case.way.law else noise,
                            question.rtol,
                            question.atol,
                            scales,
                        ),
                        same=question.words,
                    )
                    for (case, output), scales in zip(answered[name], sizes[name], strict=True)
                ),
                planned.calls,
                imprecise=question.imprecise,
            )
            for name, (planned, _) in plans.items()
        }

    check_contract(question, reference, with_tolerances(noise))
    for function in question.alternatives:
        noise = alternatives.noise(question, reference, function, with_tolerances, sizes, noise)
    found = with_tolerances(noise)
    if question.imprecise:  # this costs three calls for each case, and affects only points
        found = {
            name: _with_half_precision(question, reference, group, sizes[name], measured.grown)
            for name, group in found.items()
        }
    return found, noise


def _with_half_precision(
    question: Question, reference: object, group: Group, sizes: Sequence[Scales], grown: float
) -> Group:
    """The group with the effect of half precision on each of its cases."""
    return replace(
        group,
        cases=tuple(
            replace(
                each,
                half=half_precision.effects(
                    same.towards(question, reference, each.case, each.expected),
                    each.case,
                    each.expected,
                    scales,
                    each.tolerances,
                    grown,
                ),
            )
            for each, scales in zip(group.cases, sizes, strict=True)
        ),
    )


def _noise_under_law(
    question: Question,
    law: str,
    reference: object,
    answered: Sequence[tuple[Case, Output]],
    sizes: Sequence[Scales],
) -> Noises:
    """Refuse a reference that does not obey the law. How much its outputs differ under the law
    counts as noise of the law's cases.
    """
    noise: Noises = {}
    for (_, before), (case, output), scales in zip(
        answered[::2], answered[1::2], sizes[1::2], strict=True
    ):
        try:
            towards = same.towards(question, reference, case, output)
            given = law_cases.check(towards, case, output, before)
        except law_cases.Lawless as fault:
            raise BuildError(
                f"question {question.name!r}: the law {law!r} cannot be used: with "
                f"{arguments_of(case)} ({case.label}) {fault}"
            ) from None
        noise = tolerance.larger(noise, noises.of_alternative(Returned(given), output, scales))
    return noise
