"""Draw the calls on which rules are judged, and judge the author's own answers by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.bank.groups import METHOD
from autograder.bank.records import KnownMethod, RuleChecks
from autograder.build.answered_cases import answered_slot, arguments_of
from autograder.build.plan import generator, method_slots, plan, trace_slots
from autograder.build.shapes import Shape
from autograder.errors import BuildError
from autograder.evidence.growth import WORKED_SIZES
from autograder.evidence.refined import refine
from autograder.evidence.sizes import traced_dims, worked_dims
from autograder.questions.question import Question
from autograder.verdicts.rules import Judgement, judge


@dataclass(frozen=True)
class Required:
    """The rules of a question, the calls to judge them on, and the rules that each misconception
    breaks.
    """

    method: RuleChecks
    unmet: dict[str, tuple[str, ...]]


def draw_method(
    question: Question, reference: object, groups: Sequence[str], assignment: str, secret: str
) -> Required:
    """Draw calls with the shapes of `groups`, and judge the reference, the alternatives and the
    misconceptions on them.

    Raises `BuildError`.
    """
    if not question.rules:
        return Required(RuleChecks(), {known.name: () for known in question.misconceptions})
    rng = generator(secret, assignment, question.name, METHOD)
    shapes = _shapes(question, groups, assignment, secret)
    cases = tuple(
        answered_slot(question, reference, slot)[0] for slot in method_slots(question, shapes, rng)
    )
    dims = sorted(set().union(*(traced_dims(rule.requirement) for rule in question.rules)))
    traces = {
        dim: tuple(slot.draw() for slot in trace_slots(question, dim, shapes[0], rng))
        for dim in dims
    }
    works = {
        dim: tuple(slot.draw() for slot in trace_slots(question, dim, shapes[0], rng, WORKED_SIZES))
        for dim in sorted(set().union(*(worked_dims(rule.requirement) for rule in question.rules)))
    }
    method = RuleChecks(tuple(question.rules), cases, traces, works=works)
    looked = []
    for label, function in (
        ("the reference", reference),
        *((f"the alternative {each.__name__}", each) for each in question.alternatives),
    ):
        judgement = judge(function, method)
        _must_meet(question, label, judgement)
        looked.append(judgement.looked)
    method = replace(method, rules=refine(method.rules, looked))
    judged = {
        known.name: judge(known.function, method, twice=known.told_by == "method")
        for known in question.misconceptions
    }
    known = tuple(
        KnownMethod(each.name, each.hint, judged[each.name].unmet, judged[each.name].outline)
        for each in question.misconceptions
        if each.told_by == "method"
    )
    for each in known:
        if not each.unmet:
            raise BuildError(
                f"question {question.name!r}: the misconception {each.name!r} meets every rule "
                "and returns right values, so no test can refuse it; change or remove it"
            )
    return Required(
        replace(method, known=known), {name: judgement.unmet for name, judgement in judged.items()}
    )


def _shapes(question: Question, groups: Sequence[str], assignment: str, secret: str) -> list[Shape]:
    """The distinct shapes of these groups in a build with this secret, for which functions are
    already compiled. If the groups have only one shape, one from "random" is added.
    """
    found: dict[tuple[tuple[str, int], ...], Shape] = {}
    for name in (*groups, "random"):
        if name == "random" and len(found) > 1:
            break
        rng = generator(secret, assignment, question.name, name)
        for slot in plan(question, name, rng).slots:
            if name in groups or len(found) < 2:
                found.setdefault(tuple(slot.shape.sizes.items()), slot.shape)
    return list(found.values())


def _must_meet(question: Question, label: str, judgement: Judgement) -> None:
    if judgement.failed is not None:
        case, failed = judgement.failed
        raise BuildError(
            (
                f"question {question.name!r}: with {arguments_of(case)} {label} {failed.cause}\n"
                f"{failed.detail}"
            ).rstrip()
        )
    for name in judgement.unmet:
        rule = next(rule for rule in question.rules if rule.name == name)
        raise BuildError(
            f"question {question.name!r}: {label} does not meet the rule {name!r}, which is: "
            f"{rule.requirement}. {judgement.seen}"
        )
