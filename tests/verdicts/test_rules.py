"""Rules on how an answer is computed, judged in the notebook, in grading and in the build, with the
words that students read. Covers too: `build.rule_cases`, `evidence.watch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from autograder import Array, CheckFailed, Dim, Question, Ungraded, check
from autograder.bank.filenames import PUBLIC_FILE
from autograder.bank.records import BankError
from autograder.bank.storage import load, save
from autograder.build.banks import Built, build
from autograder.checks import in_grading
from autograder.errors import BuildError
from autograder.questions.question import declared_inside
from autograder.rules import constant_trace, transform


def deepen(x: Any, depth: Any) -> Any:
    step = lambda row: jax.lax.scan(  # noqa: E731
        lambda carry, _: (jnp.sin(carry) + carry, None), row, None, length=int(depth)
    )[0]
    return jax.vmap(step)(jnp.asarray(x)).reshape(-1)


def loops(x: Any, depth: Any) -> Any:
    x = jnp.asarray(x)
    for _ in range(int(depth)):
        x = jnp.sin(x) + x
    return x.reshape(-1)


compiled = jax.jit(deepen, static_argnums=1)


def make_deep_question() -> Question:
    """`deepen(x, depth)`, with one rule, an alternative behind jit, and a misconception that only
    the method gives away.
    """
    found = Question(
        "deepen",
        arguments={"x": Array("B", "D"), "depth": Dim("L")},
        dims={"B": (2, 6), "D": (2, 6), "L": (2, 8)},
    )
    found.requires(
        "a scan",
        transform(
            "jax.lax.scan", lanes="L", inside=transform("jax.vmap", lanes="B", gives_answer=True)
        ),
        constant_trace("L"),
        otherwise="does not scan.",
        misconception="no scan",
        hint="Use `jax.lax.scan`.",
    )
    found.alternative(lambda x, depth: compiled(x, int(depth)))
    found.misconception("a loop", hint="A loop is unrolled.", told_by="method")(loops)
    return found


@pytest.fixture
def deep_question() -> Question:
    return make_deep_question()


@pytest.fixture(scope="module")
def built_deep() -> Built:
    with declared_inside():
        return build("t", [make_deep_question()], {"deepen": deepen}, "a")


@pytest.fixture
def desk(built_deep: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    save(built_deep.public, tmp_path / PUBLIC_FILE)
    save(built_deep.hidden, tmp_path / "hidden")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def grading(desk: Path) -> Iterator[Path]:
    in_grading.begin_grading(str(desk / "hidden"))
    yield desk
    in_grading._grading = None


def failure(function: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        check("deepen", function, rule="a scan")
    return str(caught.value)


def by_another_loop(x: Any, depth: Any) -> Any:
    return jax.vmap(lambda row: loops(row, depth))(jnp.asarray(x)).reshape(-1)


@pytest.mark.usefixtures("desk")
def test_at_the_desk_a_student_reads_what_is_asked_what_helps_and_what_was_seen() -> None:
    check("deepen", deepen, rule="a scan")
    assert failure(loops) == (
        "deepen does not scan.\n"
        "Looks like: a loop. A loop is unrolled.\n"
        "Seen: no JAX or Flax transform; no parameters. The traced program grows with L."
    )
    assert failure(by_another_loop) == (
        "deepen does not scan.\n"
        "Looks like: no scan. Use `jax.lax.scan`.\n"
        "Seen: jax.vmap over B lanes; no parameters. The traced program grows with L."
    )


@pytest.mark.usefixtures("desk")
def test_an_answer_that_raises_shows_no_method() -> None:
    def raises(x: Any, depth: Any) -> Any:
        raise ValueError("why")

    lines = failure(raises).splitlines()
    assert lines[:3] == [
        "deepen raised ValueError. [all sizes distinct]",
        "Its method cannot be checked until it returns an array.",
        "ValueError: why",
    ]
    assert failure(None).splitlines()[0].startswith("deepen is not defined.")


@pytest.mark.usefixtures("grading")
def test_in_grading_the_same_is_told_as_markdown_and_noted_as_forgeable() -> None:
    check("deepen", deepen, rule="a scan")
    check("deepen", lambda x, depth: compiled(x, int(depth)), rule="a scan")
    assert failure(loops) == (
        "deepen does not scan.\n\n"
        "**Looks like: a loop.** A loop is unrolled.\n\n"
        "Seen: no JAX or Flax transform; no parameters. The traced program grows with L."
    )
    assert [(row.rule, row.verdict, row.diagnosis, row.forgeable) for row in in_grading.rows()] == [
        ("a scan", "right", None, True),
        ("a scan", "right", None, True),
        ("a scan", "wrong", "a loop", True),
    ]


@pytest.mark.usefixtures("grading")
def test_one_look_serves_all_rules_of_one_function() -> None:
    calls = []

    def counted(x: Any, depth: Any) -> Any:
        calls.append(1)
        return deepen(x, depth)

    check("deepen", counted, rule="a scan")
    after_one = len(calls)
    check("deepen", counted, rule="a scan")
    assert len(calls) == after_one


@pytest.mark.usefixtures("desk")
def test_a_rule_that_is_not_there_is_told() -> None:
    with pytest.raises(
        Ungraded,
        match=(
            r"^the bank of 't' has no rule 'scan' for 'deepen'; it has 'a scan'. Download\n"
            r"the assignment again.$"
        ),
    ):
        check("deepen", deepen, rule="scan")
    with pytest.raises(
        ValueError,
        match=(
            r"^check\('deepen', …, cases='corners', rule='a scan'\): a rule is named by a string, "
            r"and without cases$"
        ),
    ):
        check("deepen", deepen, "corners", rule="a scan")


def test_in_the_master_a_rule_is_rehearsed(
    deep_question: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    check("deepen", deepen, rule="a scan")
    assert capsys.readouterr().out == (
        "deepen, rule 'a scan': met by the solution and 1 alternatives; not met by 1 "
        "misconceptions.\n"
        "  not met: a loop\n"
    )
    with pytest.raises(
        BuildError, match=r"^question 'deepen': has no rule 'scan'; declare it with requires\(…\)$"
    ):
        check("deepen", deepen, rule="scan")


def test_a_solution_or_an_alternative_that_breaks_a_rule_stops_the_build(
    deep_question: Question,
) -> None:
    rule = (
        "(jax.lax.scan over L lanes inside (jax.vmap over B lanes that gives the answer)), and (a "
        "trace that does not grow with L)"
    )
    deep_question.alternative(by_another_loop)
    message = (
        "question 'deepen': the alternative by_another_loop does not meet the rule 'a scan', which "
        f"is: {rule}. Seen: jax.vmap over B lanes; "
    )
    with pytest.raises(BuildError, match=f"^{re.escape(message)}"):
        build("t", [deep_question], {"deepen": deepen}, "a")
    deep_question.alternatives.pop()
    deep_question.misconceptions.clear()
    with pytest.raises(
        BuildError,
        match=r"^question 'deepen': the reference does not meet the rule 'a scan', which is: ",
    ):
        build("t", [deep_question], {"deepen": loops}, "a")


def test_a_misconception_that_nothing_tells_from_a_right_answer_stops_the_build(
    deep_question: Question,
) -> None:
    deep_question.misconception("the same", hint="No.", told_by="method")(
        lambda x, depth: compiled(x, int(depth))
    )
    with pytest.raises(
        BuildError,
        match=(
            r"^question 'deepen': the misconception 'the same' meets every rule and returns right "
            r"values, so no test can refuse it; "
        ),
    ):
        build("t", [deep_question], {"deepen": deepen}, "a")


def test_hidden_rules_are_judged_on_other_calls_than_public_ones(built_deep: Built) -> None:
    built = built_deep
    hidden, public = built.hidden.methods["deepen"], built.public.methods["deepen"]
    assert hidden.rules == public.rules
    assert len(hidden.cases) >= 2
    arguments = [case.arguments["x"].data.tobytes() for case in hidden.cases]
    assert not set(arguments) & {case.arguments["x"].data.tobytes() for case in public.cases}
    assert [case.sizes["L"] for case in hidden.traces["L"]] == [2, 4, 8]


def test_a_bank_keeps_rules_and_their_calls(built_deep: Built, tmp_path: Path) -> None:
    built = built_deep.hidden
    save(built, tmp_path / "hidden")
    read, kept = load(tmp_path / "hidden").method("deepen", "a scan"), built.methods["deepen"]
    assert (read.rules, read.known) == (kept.rules, kept.known)
    for mine, other in zip(
        (*read.cases, *read.traces["L"]), (*kept.cases, *kept.traces["L"]), strict=True
    ):
        assert (mine.label, mine.sizes) == (other.label, other.sizes)
        assert {name: value.data.tobytes() for name, value in mine.arguments.items()} == {
            name: value.data.tobytes() for name, value in other.arguments.items()
        }
    with pytest.raises(
        BankError, match=r"^the bank of 't' has no rule 'other' for 'deepen'; it has 'a scan'$"
    ):
        built.method("deepen", "other")
