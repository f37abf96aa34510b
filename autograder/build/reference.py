"""Run the reference on a plan: cases with their expected outputs and tolerances, and the outcomes
of the author's other answers on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autograder.bank.records import ExpectedCase, Group, KnownMistake
from autograder.build import classes, half_precision, law_cases, tolerance, variety
from autograder.build.answered_cases import answered_slot, arguments_of
from autograder.build.contract import check_contract
from autograder.build.drawn import DrawnGroups
from autograder.build.plan import Plan, generator, plan
from autograder.build.tolerance import Noises, Scales
from autograder.build.width import check_width
from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Misconception, Question
from autograder.verdicts import examine
from autograder.verdicts.known_mistakes import outcome_of

COMPILED_SHAPES = 3
"""The number of shapes, those with the largest outputs, on which the noise of other compilations is
measured: each costs seconds.
"""


def draw(
    question: Question, reference: object, names: Sequence[str], assignment: str, secret: str
) -> DrawnGroups:
    """Draw groups of cases, answer them with the reference, and judge the author's other answers by
    them. Raises `BuildError`.
    """
    check_width(question)
    plans = {}
    for name in names:
        rng = generator(secret, assignment, question.name, name)
        plans[name] = (
            (law_cases.plan if name in question.laws else plan)(question, name, rng),
            rng,
        )
    answered = {
        name: [answered_slot(question, reference, slot) for slot in planned.slots]
        for name, (planned, _) in plans.items()
    }
    variety.varied(question, reference, {name: each for name, (each, _) in plans.items()}, answered)
    sizes = {
        name: [classes.scales(reference, case, output) for case, output in cases]
        for name, cases in answered.items()
    }
    noise: Noises = {}
    shapes = []
    for name, (planned, rng) in plans.items():
        for index in _first_of_each_shape(planned, answered[name]):
            case, output = answered[name][index]
            scales = sizes[name][index]
            noise = tolerance.larger(noise, tolerance.noise(reference, case, output, rng, scales))
            shapes.append((case, output, scales))
    grown = 1.0
    for case, output, scales in sorted(
        shapes, key=lambda shape: sum(array.size for array in shape[1].values())
    )[-COMPILED_SHAPES:]:
        noise = tolerance.larger(
            noise, tolerance.noise_of_compilers(reference, case, output, scales)
        )
        if question.imprecise:
            grown = max(grown, half_precision.growth(reference, case, output, scales))
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
    groups = with_tolerances(noise)
    if question.imprecise:  # it costs two calls of each case, and decides about points only
        groups = {
            name: _with_half_precision(reference, group, sizes[name], grown)
            for name, group in groups.items()
        }
    outcomes = {
        known.name: {
            name: examine.outcomes(known.function, group) for name, group in groups.items()
        }
        for known in question.misconceptions
    }
    for name, group in groups.items():
        told = [known for known in question.misconceptions if known.told_by == "values"]
        kept = tuple(
            KnownMistake(
                known.name,
                _hint(question, known),
                tuple(
                    outcome_of(outcome) for _, outcome in sorted(outcomes[known.name][name].items())
                ),
            )
            for known in told
        )
        groups[name] = replace(group, known=kept)
    return DrawnGroups(groups, tolerance.total(noise), outcomes)


def _with_half_precision(
    reference: object, group: Group, sizes: Sequence[Scales], grown: float
) -> Group:
    """The group with what half precision does to each of its cases."""
    return replace(
        group,
        cases=tuple(
            replace(
                each,
                half=half_precision.effects(
                    reference, each.case, each.expected, scales, each.tolerances, grown
                ),
            )
            for each, scales in zip(group.cases, sizes, strict=True)
        ),
    )


def _hint(question: Question, known: Misconception) -> str:
    return f"{known.hint} See “{question.see}” in the notebook." if question.see else known.hint


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
            given = law_cases.check(reference, case, output, before)
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
        finding = examine.examine(function, group, seen=seen)
        if finding is not None:
            raise BuildError(
                (
                    f"question {question.name!r}: the alternative {function.__name__} is refused "
                    f"in cases={name!r}: with {arguments_of(finding.answered.case)} it "
                    f"{finding.sentence}{_way_round(finding)}\n"
                    f"{finding.detail}"
                ).rstrip()
            )
        for index, outcome in seen.items():
            if isinstance(outcome, Returned) and not group.cases[index].case.way.law:
                noise = tolerance.larger(
                    noise,
                    tolerance.of_alternative(
                        outcome, group.cases[index].expected, sizes[name][index]
                    ),
                )
    return noise


def _way_round(finding: examine.Finding) -> str:
    """What an author can do about an alternative that is refused, as a further sentence."""
    if finding.mismatch is None or not finding.mismatch.imprecise:
        return ""
    return (
        " If it is as right as the reference, compute both in more digits, make the sizes in dims "
        "smaller, or say what is allowed with rtol=… or atol=…"
    )
