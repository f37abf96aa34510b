"""Run the reference on a plan: cases with their expected outputs and tolerances, and the outcomes
of the author's other answers on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.bank.records import ExpectedCase, Group, KnownMistake
from autograder.build import law_cases, tolerance
from autograder.build.answered_cases import answered_slot, arguments_of
from autograder.build.plan import Plan, generator, plan
from autograder.build.tolerance import Noise, Noises
from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Misconception, Question
from autograder.verdicts import examine
from autograder.verdicts.compare import Mismatch, differences
from autograder.verdicts.known_mistakes import outcome_of

COMPILED_SHAPES = 3
"""The number of shapes, those with the largest outputs, on which the noise of other compilations is
measured: each costs seconds.
"""


@dataclass(frozen=True)
class DrawnGroups:
    """Some groups of one question, with the noise of the reference and the outcomes of each
    misconception.

    `outcomes[misconception][group][case]` is what the misconception did on one case.
    """

    groups: dict[str, Group]
    noise: Noise
    outcomes: Mapping[str, Mapping[str, Mapping[int, Returned | Failed]]]

    def failing(self, misconception: str, group: str) -> list[int]:
        """The cases of a group on which a misconception is refused."""
        cases = self.groups[group].cases
        return [
            index
            for index, outcome in self.outcomes[misconception][group].items()
            if _errors(outcome, cases[index]) > 1
        ]

    def errors(self, misconception: str, group: str, case: int) -> float:
        """The error of a misconception on one case, in tolerances; infinite if it is wrong in
        another way.
        """
        return _errors(self.outcomes[misconception][group][case], self.groups[group].cases[case])

    def margin(self, misconception: str) -> float:
        """The largest error of a misconception over all cases, in tolerances; infinite if it is
        wrong in another way.
        """
        return max(
            (
                _errors(outcome, self.groups[name].cases[index])
                for name, found in self.outcomes[misconception].items()
                for index, outcome in found.items()
            ),
            default=0.0,
        )


def _errors(outcome: Returned | Failed, answered: ExpectedCase) -> float:
    """The largest error in tolerances: 0.0 if there is none, above 1.0 if the outcome is refused,
    infinite if it is not a comparable array.
    """
    if isinstance(outcome, Failed):
        return math.inf
    found = differences(outcome.output, answered.expected, answered.tolerances)
    return max(
        (_error(mismatch, answered.tolerances[name]) for name, mismatch in found.items()),
        default=0.0,
    )


def _error(mismatch: Mismatch, allowed: float) -> float:
    return mismatch.error / allowed if mismatch.step == "values" and allowed else math.inf


def draw(
    question: Question, reference: object, names: Sequence[str], assignment: str, secret: str
) -> DrawnGroups:
    """Draw groups of cases, answer them with the reference, and judge the author's other answers by
    them. Raises `BuildError`.
    """
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
    noise: Noises = {}
    shapes = []
    for name, (planned, rng) in plans.items():
        for case, output in _first_of_each_shape(planned, answered[name]):
            noise = tolerance.larger(noise, tolerance.noise(reference, case, output, rng))
            shapes.append((case, output))
    for case, output in sorted(
        shapes, key=lambda shape: sum(array.size for array in shape[1].values())
    )[-COMPILED_SHAPES:]:
        noise = tolerance.larger(noise, tolerance.noise_of_compilers(reference, case, output))
    under_laws = {
        name: _noise_under_law(question, name, reference, answered[name])
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
                        ),
                    )
                    for case, output in answered[name]
                ),
                planned.calls,
                imprecise=question.imprecise,
            )
            for name, (planned, _) in plans.items()
        }

    for function in question.alternatives:
        noise = tolerance.larger(
            noise, _check_alternative(question, function, with_tolerances(noise))
        )
    groups = with_tolerances(noise)
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


def _hint(question: Question, known: Misconception) -> str:
    return f"{known.hint} See “{question.see}” in the notebook." if question.see else known.hint


def _first_of_each_shape(
    planned: Plan, answered: list[tuple[Case, Output]]
) -> list[tuple[Case, Output]]:
    """One plain case for each shape. A compiled program costs by shape, so one is enough."""
    first: dict[int, tuple[Case, Output]] = {}
    for slot, pair in zip(planned.slots, answered, strict=True):
        if not pair[0].way.law:
            first.setdefault(id(slot.shape), pair)
    return list(first.values())


def _noise_under_law(
    question: Question, law: str, reference: object, answered: Sequence[tuple[Case, Output]]
) -> Noises:
    """Refuse a reference that does not obey the law. Its differences under the law count as noise
    of the law's cases.
    """
    noise: Noises = {}
    for (_, before), (case, output) in zip(answered[::2], answered[1::2], strict=True):
        try:
            given = law_cases.check(reference, case, output, before)
        except law_cases.Lawless as fault:
            raise BuildError(
                f"question {question.name!r}: the law {law!r} cannot be asked for: with "
                f"{arguments_of(case)} ({case.label}) {fault}"
            ) from None
        noise = tolerance.larger(noise, tolerance.of_alternative(Returned(given), output))
    return noise


def _check_alternative(
    question: Question, function: Callable[..., Any], groups: Mapping[str, Group]
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
                    f"{finding.sentence}\n"
                    f"{finding.detail}"
                ).rstrip()
            )
        for index, outcome in seen.items():
            if isinstance(outcome, Returned) and not group.cases[index].case.way.law:
                noise = tolerance.larger(
                    noise, tolerance.of_alternative(outcome, group.cases[index].expected)
                )
    return noise
