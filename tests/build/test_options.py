"""Each option of an argument has its share of every group, and meets every distribution."""

from __future__ import annotations

from collections import Counter

import pytest

from autograder import Array, Choice, Question
from autograder.bank.groups import GROUPS
from autograder.build import options
from autograder.build.banks import build
from autograder.build.plan import generator, plan
from autograder.calls.spec import Case


def padded(**more: object) -> Question:
    return Question(
        "padded",
        arguments={"x": Array("N"), "padding": Choice("SAME", "VALID"), **more},  # type: ignore[dict-item]
        dims={"N": (2, 12)},
    )


def cases(question: Question, group: str, secret: str = "s") -> list[Case]:
    return [slot.draw() for slot in plan(question, group, generator(secret, group)).slots]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("secret", list("abcd"))
def test_every_option_has_its_share_of_every_group(group: str, secret: str) -> None:
    for options_of in (("SAME", "VALID"), (1, 2, 4), tuple(range(7))):
        question = Question(
            "f", arguments={"x": Array("N"), "which": Choice(*options_of)}, dims={"N": (2, 9)}
        )
        found = Counter(case.arguments["which"].text for case in cases(question, group, secret))
        assert set(found) == set(map(repr, options_of))
        assert max(found.values()) - min(found.values()) <= 1


def test_two_arguments_with_options_meet_in_every_way() -> None:
    question = padded(train=Choice(True, False))
    met = {
        (case.arguments["padding"].text, case.arguments["train"].text)
        for case in cases(question, "random")
    }
    assert len(met) == 4


def test_an_option_does_not_go_with_one_distribution() -> None:
    question = Question(
        "f", arguments={"x": Array("N"), "which": Choice(1, 2, 3)}, dims={"N": (9, 9)}
    )
    slots = plan(question, "random", generator("s", "random")).slots
    families = [index % 3 for index in range(len(slots))]
    seen = {(family, slot.draw().arguments["which"].text) for family, slot in zip(families, slots)}  # noqa: B905
    assert len(seen) > 3


def test_an_option_stays_when_a_case_is_drawn_again() -> None:
    for slot in plan(padded(), "random", generator("s", "random")).slots:
        assert len({slot.draw().arguments["padding"].text for _ in range(5)}) == 1


def test_the_calls_of_repeated_reach_every_option() -> None:
    question = Question(
        "f", arguments={"x": Array("N"), "which": Choice(*range(5))}, dims={"N": (2, 9)}
    )
    planned = plan(question, "repeated", generator("s", "repeated"))
    assert planned.calls == (0, 1, 0, 2, 1, 0, 3, 4)


def test_the_record_counts_the_hidden_cases_of_each_option() -> None:
    question = padded()

    def reference(x: object, padding: str) -> object:
        return x * (2 if padding == "SAME" else 3)  # type: ignore[operator]

    @question.misconception("always same", hint="Look at padding.")
    def always(x: object, padding: str) -> object:
        return x * 2  # type: ignore[operator]

    record = build("t", [question], {"padded": reference}, "s").record.questions["padded"]
    assert set(record.options) == {"padding"}
    assert set(record.options["padding"]) == {"'SAME'", "'VALID'"}
    assert sum(record.options["padding"].values()) == sum(
        counts.cases for name, counts in record.groups.items() if name != "public"
    )
    assert options.most(question, public=False) == 2
