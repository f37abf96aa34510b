"""Every cause of a failed call is in one table, and a process can claim no other."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.calls import causes
from autograder.calls.causes import CLAIMED, Cause, known_cause

OWN = "failed for an unknown reason."
ARGUMENTS = ("x", "n")
OF_THE_CALL = {"wanted": len(ARGUMENTS), "names": ", ".join(ARGUMENTS)}

OPEN = {
    r"\d{1,2}": ("0", "12"),
    r"\d{1,4}": ("0", "9999"),
    r"[A-Za-z]{5,20}": ("RuntimeError", "XlaRuntimeError"),
    r"a custom class|[a-z]{3,8}|ndarray|ArrayImpl|NoneType": (
        "a custom class",
        "float",
        "ndarray",
        "ArrayImpl",
        "NoneType",
    ),
}
"""Values for the places without a closed list."""


def sentences(cause: Cause) -> Iterator[str]:
    """The sentence with every value of each closed list, and with some values of every other
    place.
    """
    values = {
        place: OPEN[each.pattern] if isinstance(each, re.Pattern) else each
        for place, each in cause.places.items()
    }
    known = {
        place: value for place, value in OF_THE_CALL.items() if f"{{{place}}}" in cause.template
    }
    for chosen in itertools.product(*values.values()):
        yield cause.says(**dict(zip(values, chosen, strict=True)), **known)


@pytest.mark.parametrize("cause", CLAIMED, ids=lambda cause: cause.template)
def test_a_cause_is_known_of_itself_and_of_no_other(cause: Cause) -> None:
    for sentence in sentences(cause):
        assert known_cause(sentence, ARGUMENTS) == sentence
        assert [
            each for each in CLAIMED if re.fullmatch(each.pattern(**OF_THE_CALL), sentence)
        ] == [cause]
        assert (
            known_cause(f"{sentence} The input is 1 2 3.", ARGUMENTS)
            == known_cause(f"f {sentence}", ARGUMENTS)
            == OWN
        )


@pytest.mark.parametrize(
    ("cause", "place"), [(cause, place) for cause in CLAIMED for place in cause.places], ids=str
)
def test_a_foreign_value_is_refused_in_every_place(cause: Cause, place: str) -> None:
    values = {
        other: OPEN[each.pattern][0] if isinstance(each, re.Pattern) else each[0]
        for other, each in cause.places.items()
    }
    for foreign in ("1 2 3", "1.25", "the input is 123", "123456789", ""):
        if foreign or cause.places[place] != ("", "s"):
            assert (
                known_cause(cause.says(**{**OF_THE_CALL, **values, place: foreign}), ARGUMENTS)
                == OWN
            ), foreign


@pytest.mark.parametrize(
    "wanted", [{"wanted": 3}, {"names": "x, secret"}, {"names": "x, n, m", "wanted": 3}]
)
def test_what_the_question_calls_it_with_is_not_the_process_to_say(
    wanted: dict[str, object],
) -> None:
    assert (
        known_cause(
            causes.OTHER_ARGUMENTS.says(**{**OF_THE_CALL, "count": 1, "plural": "", **wanted}),
            ARGUMENTS,
        )
        == OWN
    )


@pytest.mark.parametrize(
    "claim",
    [
        None,
        1,
        ["raised ValueError."],
        "",
        "took longer than 3 seconds.",
        "is not a function but a table.",
    ],
)
def test_what_is_said_on_this_side_cannot_be_claimed(claim: object) -> None:
    assert known_cause(claim, ARGUMENTS) == OWN


def test_no_other_module_makes_a_sentence_of_its_own() -> None:
    """A failure's cause comes from the table, was checked against it, or was passed on."""
    package = Path(autograder.__file__).parent
    made = 0
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Failed", "Unusable")
            ):
                told = ast.unparse(node.args[0])
                assert re.fullmatch(
                    r".*\.says\(.*\)|known_cause\(.*\)|_no_array\(returned\)|unusable\.cause"
                    r"|progress\.told \+ unusable\.cause|unfit",
                    told,
                ), f"{path}: {told}"
                made += 1
    assert made > 15
    here = [
        each for each in vars(causes).values() if isinstance(each, Cause) and each not in CLAIMED
    ]
    assert here == [
        causes.OF_ITS_OWN,
        causes.LACKS,
        causes.NO_ANSWER,
        causes.CANNOT_CROSS,
    ]
