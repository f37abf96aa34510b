"""Run the reference on a plan: collect cases with their expected outputs and tolerances, and the
outcomes of the author's other answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograder.bank.records import KnownMistake
from autograder.build import (
    compared,
    judged,
    law_cases,
    one_at_a_time,
    tolerance,
    trivial,
    variety,
    widest,
)
from autograder.build.answered_cases import answered_slot
from autograder.build.balance import Answered
from autograder.build.drawn import DrawnGroups
from autograder.build.out_of_bounds import check_indices
from autograder.build.plan import generator, plan
from autograder.build.same import check_words
from autograder.build.width import check_width
from autograder.questions.misconceptions import Misconception
from autograder.questions.question import Question
from autograder.sameness.words import residual_of, samples_of
from autograder.verdicts import examine
from autograder.verdicts.known_mistakes import outcome_of


def draw(
    question: Question, reference: object, names: Sequence[str], assignment: str, secret: str
) -> DrawnGroups:
    """Draw groups of cases, answer them with the reference, and judge the author's other answers by
    them. Raises `BuildError`.
    """
    check_width(question)
    plans, answered = drawn_cases(
        question,
        reference,
        {name: generator(secret, assignment, question.name, name) for name in names},
    )
    for case, output in (pair for cases in answered.values() for pair in cases):
        check_words(question, case, output)
    otherwise = residual_of(question.words) or samples_of(question.words)
    groups, noise = (judged if otherwise else compared).groups(question, reference, plans, answered)
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


def drawn_cases(
    question: Question, reference: object, names: Mapping[str, np.random.Generator]
) -> tuple[dict[str, one_at_a_time.Planned], dict[str, Answered]]:
    """The plan of each group, with its generator, and the group's cases with the outputs of the
    reference. Raises `BuildError`.
    """
    plans = {
        name: ((law_cases.plan if name in question.laws else plan)(question, name, rng), rng)
        for name, rng in names.items()
    }
    answered = {
        name: [answered_slot(question, reference, slot) for slot in planned.slots]
        for name, (planned, _) in plans.items()
    }
    check_indices(question, reference, next(iter(answered.values())))
    variety.make_vary(
        question, reference, {name: each for name, (each, _) in plans.items()}, answered
    )
    plans = one_at_a_time.change_arguments(question, reference, plans, answered)
    if "corners" in plans:
        planned, rng = plans["corners"]
        planned, answered["corners"] = widest.with_widest(
            question, reference, planned, answered["corners"], answered, rng
        )
        plans["corners"] = planned, rng
    trivial.tell_apart(
        question, reference, {name: each for name, (each, _) in plans.items()}, answered
    )
    return plans, answered


def _hint(question: Question, known: Misconception) -> str:
    return f"{known.hint} See “{question.see}” in the notebook." if question.see else known.hint
