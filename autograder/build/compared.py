"""Compare the author's own answers with the reference's: the tolerance of each case is what right
answers differ by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bank.records import ExpectedCase, Group
from autograder.build import advice, classes, half_precision, law_cases, same, tolerance
from autograder.build.answered_cases import arguments_of
from autograder.build.contract import check_contract
from autograder.build.plan import Plan
from autograder.build.tolerance import Noises, Scales
from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.verdicts import examine

COMPILED_SHAPES = 3
"""The number of shapes, those with the largest outputs, on which the noise of other compilations is
measured: each costs seconds.
"""

Plans = Mapping[str, tuple[Plan, np.random.Generator]]
"""The plan of each group, with the generator that it was drawn from."""

Answers = Mapping[str, Sequence[tuple[Case, Output]]]
"""The cases of each group with the outputs of the reference."""


def groups(
    question: Question, reference: object, plans: Plans, answered: Answers
) -> tuple[dict[str, Group], Noises]:
    """The groups with their tolerances, and the noise that these follow from. Raises `BuildError`
    for an alternative that is refused.
    """
    sizes = {
        name: [
            classes.scales(same.towards(question, reference, case, output), case, output)
            for case, output in cases
        ]
        for name, cases in answered.items()
    }
    noise: Noises = {}
    shapes = []
    for name, (planned, rng) in plans.items():
        for index in _first_of_each_shape(planned, answered[name]):
            case, output = answered[name][index]
            scales = sizes[name][index]
            towards = same.towards(question, reference, case, output)
            noise = tolerance.larger(noise, tolerance.noise(towards, case, output, rng, scales))
            shapes.append((towards, case, output, scales))
    grown = 1.0
    for towards, case, output, scales in sorted(
        shapes, key=lambda shape: sum(array.size for array in shape[2].values())
    )[-COMPILED_SHAPES:]:
        noise = tolerance.larger(noise, tolerance.noise_of_compilers(towards, case, output, scales))
        if question.imprecise:
            grown = max(grown, half_precision.growth(towards, case, output, scales))
    if tolerance.total(noise).jumps:
        for _, case, output, _ in shapes:
            same.refuse_free(question, reference, case, output)
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
        noise = tolerance.larger(
            noise, _check_alternative(question, function, with_tolerances(noise), sizes)
        )
    found = with_tolerances(noise)
    if question.imprecise:  # it costs two calls of each case, and decides about points only
        found = {
            name: _with_half_precision(question, reference, group, sizes[name], grown)
            for name, group in found.items()
        }
    return found, noise


def _with_half_precision(
    question: Question, reference: object, group: Group, sizes: Sequence[Scales], grown: float
) -> Group:
    """The group with what half precision does to each of its cases."""
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


def _first_of_each_shape(planned: Plan, answered: Sequence[tuple[Case, Output]]) -> list[int]:
    """The index of one plain case for each shape. A compiled program costs by shape, so one is
    enough.
    """
    first: dict[int, int] = {}
    for index, (slot, (case, _)) in enumerate(zip(planned.slots, answered, strict=True)):
        if not case.way.law:
            first.setdefault(id(slot.shape), index)
    return list(first.values())


def _noise_under_law(
    question: Question,
    law: str,
    reference: object,
    answered: Sequence[tuple[Case, Output]],
    sizes: Sequence[Scales],
) -> Noises:
    """Refuse a reference that does not obey the law. Its differences under the law count as noise
    of the law's cases.
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
                f"question {question.name!r}: the law {law!r} cannot be asked for: with "
                f"{arguments_of(case)} ({case.label}) {fault}"
            ) from None
        noise = tolerance.larger(noise, tolerance.of_alternative(Returned(given), output, scales))
    return noise


def _check_alternative(
    question: Question,
    function: Callable[..., Any],
    groups: Mapping[str, Group],
    sizes: Mapping[str, Sequence[Scales]],
) -> Noises:
    """Refuse an alternative that is not right. Its differences from the reference count as
    noise.
    """
    noise: Noises = {}
    for name, group in groups.items():
        seen: dict[int, Returned | Failed] = {}
        refuse_wrong(question, function, group, seen)
        for index, outcome in seen.items():
            if isinstance(outcome, Returned) and not group.cases[index].case.way.law:
                noise = tolerance.larger(
                    noise,
                    tolerance.of_alternative(
                        outcome, group.cases[index].expected, sizes[name][index]
                    ),
                )
    return noise


def refuse_wrong(
    question: Question,
    function: Callable[..., Any],
    group: Group,
    seen: dict[int, Returned | Failed],
) -> None:
    """Refuse an alternative that is not right in a group, with the word that would make it right if
    there is one. `seen` is filled with its outcomes. Raises `BuildError`.
    """
    finding = examine.examine(function, group, seen=seen)
    if finding is None:
        return
    outcome = seen.get(finding.case)
    word = (
        same.missing_word(outcome.output, finding.answered) if isinstance(outcome, Returned) else ""
    )
    told = "\n".join(part for part in (same.hint_of(word) if word else "", finding.detail) if part)
    raise BuildError(
        (
            f"question {question.name!r}: the alternative {function.__name__} is refused "
            f"in cases={group.name!r}: with {arguments_of(finding.answered.case)} it "
            f"{finding.sentence}{advice.about_alternative(question, finding)}\n"
            f"{told}"
        ).rstrip()
    )
