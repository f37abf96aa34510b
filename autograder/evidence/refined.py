"""What a transform's function must do for its call to count, learned from the author's own answers.

Without this, a transform that only passes on what was computed elsewhere would meet a rule that
asks which call gives the answer. So its function must do what it does in each of the author's
answers: sum products, if it does so in all of them, and return other numbers than it was given.
Pure Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.evidence.facts import WORK
from autograder.evidence.requirements import Either, Every, Requirement, Rule
from autograder.evidence.transform import Seen, Transform


def refine(rules: Sequence[Rule], answers: Sequence[Sequence[Seen]]) -> tuple[Rule, ...]:
    """The rules, made stricter where all of `answers`, which meet them, do more than they ask for.
    An answer is what was seen of each of its calls.
    """
    return tuple(replace(rule, requirement=_learn(rule.requirement, answers)) for rule in rules)


def _learn(requirement: Requirement, answers: Sequence[Sequence[Seen]]) -> Requirement:
    if isinstance(requirement, Either | Every):
        return replace(requirement, of=tuple(_learn(each, answers) for each in requirement.of))
    if not isinstance(requirement, Transform):
        return requirement
    if requirement.inside is not None:
        inside = _learn(requirement.inside, answers)
        assert isinstance(inside, Transform)
        requirement = replace(requirement, inside=inside)
    if not requirement.gives_answer:
        return requirement
    # An answer that meets another branch of `either` says nothing about this one.
    told = [[seen for seen in answer if requirement.is_met(seen)] for answer in answers]
    seen = [each for answer in told for each in answer]
    if not seen:
        return requirement
    work = tuple(
        kind
        for kind in WORK
        if all(any(kind in (call.work or ()) for call in requirement.calls(each)) for each in seen)
    )
    fresh = all(any(call.given is False for call in requirement.calls(each)) for each in seen)
    more = replace(requirement, work=work, fresh=fresh)
    # Each may hold for a different call; then no call does all.
    return more if all(more.is_met(each) for each in seen) else requirement
