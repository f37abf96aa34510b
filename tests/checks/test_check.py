"""`check` in its three places, and the exact words that students read.

Covers too: `checks.elsewhere`, `checks.in_grading`, `checks.in_master`, `checks.in_notebook`,
`checks.rows_of_findings`, `checks.verdict`.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from shared import make_scale_question

from autograder import Array, CheckFailed, Question, Ungraded, check, public_case
from autograder.bank.filenames import HIDDEN_FILE, PUBLIC_FILE
from autograder.bank.storage import save
from autograder.build.banks import Built, build
from autograder.checks import in_grading, lines, verdict
from autograder.questions.question import declared_inside
from autograder.rules import transform
from autograder.verdicts.examine import examine


def scale_rows(seed: float, x: Any, factor: float) -> Any:
    return (x * jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1)) * int(factor)).sum(
        axis=1
    )


@pytest.fixture(scope="module")
def built_scale() -> Built:
    with declared_inside():
        return build("t", [make_scale_question()], {"scale_rows": scale_rows}, "a")


@pytest.fixture
def desk(built_scale: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder with public cases. This process declares no question."""
    save(built_scale.public, tmp_path / PUBLIC_FILE)
    save(built_scale.hidden, tmp_path / HIDDEN_FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def grading(desk: Path) -> Iterator[Path]:
    """The same in grading."""
    in_grading.begin_grading(str(desk / HIDDEN_FILE))
    yield desk
    in_grading._grading = None


@pytest.fixture(autouse=True)
def long_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave messages in a notebook unfolded, as other messages are."""
    monkeypatch.setattr(lines, "WIDTH", 10_000)


def failure(function: Any, cases: str = "public") -> str:
    with pytest.raises(CheckFailed) as caught:
        check("scale_rows", function, cases)
    return str(caught.value)


def ungraded(function: Any = scale_rows) -> str:
    with pytest.raises(Ungraded) as caught:
        check("scale_rows", function)
    return str(caught.value)


CHECKED = """\
import os, sys
from logging.handlers import SocketHandler
import jax
import jax.numpy as jnp
from otter import logging
from autograder import check

if sys.argv[1] == "otter":
    logging._handlers.append(SocketHandler("127.0.0.1", 9))

class Told:
    def __del__(self, write=os.write):
        write(1, b"looked at")

in_a_cycle = Told()
in_a_cycle.itself = in_a_cycle

def scale_rows(seed, x, factor):
    noise = jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1))
    return (x * noise * int(factor)).sum(axis=1)

check("scale_rows", scale_rows)
"""


@pytest.mark.parametrize(("who", "told"), [("otter", ""), ("jupyter", "looked at")])
def test_a_kernel_that_otter_waits_for_ends_soon(desk: Path, who: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECKED, who], cwd=desk, check=True, capture_output=True, text=True
    )
    assert done.stdout == told


@pytest.mark.usefixtures("desk")
def test_a_right_answer_passes_at_the_desk() -> None:
    check("scale_rows", scale_rows)


@pytest.mark.parametrize("cases", ["public", "corners", "random", "repeated", "types"])
@pytest.mark.usefixtures("grading")
def test_a_right_answer_passes_in_grading(cases: str) -> None:
    check("scale_rows", scale_rows, cases=cases)


def test_a_right_answer_passes_in_the_master(
    scale_question: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    check("scale_rows", scale_rows, cases="types")
    assert capsys.readouterr().out == (
        "scale_rows, types: 3 calls of 3 cases over 1 shapes; 0 alternatives accepted; 0 of 0 "
        "misconceptions refused.\n"
    )


@pytest.mark.usefixtures("desk")
def test_at_the_desk_everything_is_shown() -> None:
    text = failure(lambda seed, x, factor: scale_rows(seed, x, factor) + 1).splitlines()
    assert text[0].startswith("scale_rows returned wrong values in ")
    assert text[0].endswith("[case 1 of 4: all sizes distinct]")
    assert text[1] == "Looks like: off by a constant. Every number is off by the same amount."
    assert text[2].startswith("It was called with seed=")
    assert text[3:5] == ["4 of 4 cases fail.", "Errors compared with the largest expected value:"]
    assert text[-4].startswith("  [")
    assert text[-3:] == [
        "To repeat this call:",
        "  from autograder import public_case",
        "  scale_rows(*public_case('scale_rows', 0))",
    ]


@pytest.mark.usefixtures("desk")
def test_at_the_desk_a_student_reads_the_exception_and_its_line() -> None:
    def divides(seed: float, x: Any, factor: float) -> Any:
        return 1 // 0

    text = failure(divides).splitlines()
    assert text[0] == "scale_rows raised ZeroDivisionError. [case 1 of 4: all sizes distinct]"
    assert text[2] == "The expected array has shape (5,) and dtype float32."
    assert text[3] == "4 of 4 cases fail."
    assert text[4].startswith("ZeroDivisionError: ")
    assert text[5].endswith(": return 1 // 0")


@pytest.mark.usefixtures("desk")
def test_the_line_in_a_message_makes_the_same_call_again() -> None:
    seen = []
    failure(lambda *arguments: seen.append(arguments))
    np.testing.assert_array_equal(scale_rows(*public_case("scale_rows", 0)), scale_rows(*seen[0]))


@pytest.mark.usefixtures("desk")
def test_a_public_case_that_is_not_there_is_told() -> None:
    with pytest.raises(
        ValueError, match=r"^public_case\('scale_rows', 9\): scale_rows has the cases 0 to 3$"
    ):
        public_case("scale_rows", 9)
    with pytest.raises(
        ValueError, match=r"^the bank of 't' has no question 'scale_row'; it has scale_rows$"
    ):
        public_case("scale_row", 0)


@pytest.mark.usefixtures("desk")
def test_at_the_desk_prints_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def prints(seed: float, x: Any, factor: float) -> Any:
        print("here")
        return scale_rows(seed, x, factor)

    check("scale_rows", prints)
    assert capsys.readouterr().out == "here\n" * 4


@pytest.mark.usefixtures("grading")
def test_in_grading_nothing_of_the_case_and_nothing_of_the_function_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def leaks(seed: float, x: Any, factor: float) -> Any:
        print(x)
        raise ValueError(f"the input was {np.asarray(x)} with {seed}")

    assert failure(leaks, "random") == (
        "scale_rows raised ValueError. [case 1 of 9: random sizes]\n\n"
        "The expected array has shape (8,) and dtype float32.\n"
        "All cases fail."
    )
    assert capsys.readouterr().out == ""
    said = failure(lambda seed, x, factor: scale_rows(seed, x, factor) + 1, "random")
    assert said.startswith("scale_rows returned wrong values in ")
    assert said.split("\n\n")[1:] == [
        "All cases fail.",
        "**Looks like: off by a constant.** Every number is off by the same amount.",
    ]


@pytest.mark.usefixtures("grading")
def test_an_argument_changed_in_place_costs_the_groups_that_ask_how_a_function_behaves() -> None:
    def in_place(seed: float, x: Any, factor: float) -> Any:
        answer = scale_rows(seed, x, factor)
        if isinstance(x, np.ndarray):
            x += 1
        return answer

    # These groups pass JAX arrays, which no function can write into.
    for cases in ("public", "corners", "random", "repeated"):
        check("scale_rows", in_place, cases)
    assert failure(in_place, "types") == (
        "scale_rows changed its argument x in place; leave the arguments unchanged and return a "
        "new array. [case 2 of 3: all sizes distinct]"
    )


@pytest.mark.usefixtures("grading")
def test_an_answer_that_depends_on_earlier_calls_is_told_so() -> None:
    seen: dict[Any, int] = {}

    def drifts(seed: float, x: Any, factor: float) -> Any:
        given = (seed, np.asarray(x).tobytes(), factor)
        seen[given] = seen.get(given, 0) + 1
        return scale_rows(seed, x, factor) * seen[given]

    assert failure(drifts, "repeated").endswith(
        " The same call was right before, so the answer depends on earlier calls. [case 2 of 4: "
        "all sizes distinct, changed in seed]"
    )


@pytest.mark.usefixtures("grading")
def test_a_memory_of_the_first_result_is_found() -> None:
    memory: dict[tuple[int, ...], Any] = {}

    def remembers(seed: float, x: Any, factor: float) -> Any:
        return memory.setdefault(x.shape, scale_rows(seed, x, factor))

    assert "[case 2 of 4: all sizes distinct, changed in seed]" in failure(remembers, "repeated")


@pytest.mark.usefixtures("grading")
def test_signs_that_html_would_swallow_are_replaced() -> None:
    assert failure(lambda seed, x, factor: np.array(["a"] * x.shape[0])) == (
        "scale_rows returned dtype ‹U1; expected floating-point numbers, such as dtype float32. "
        "[case 1 of 4: all sizes distinct]\n\n"
        "The expected array has shape (5,) and dtype float32.\n"
        "4 of 4 cases fail."
    )


RETURNED = {
    "right": (scale_rows, None),
    "rearranged": (lambda seed, x, factor: scale_rows(seed, x, factor)[None], "shape (1, 5)"),
    "one more": (
        lambda seed, x, factor: np.zeros(x.shape[0] + 1, np.float32),
        "an array with 6 elements and 1 axis",
    ),
    "a number in the shape of no elements": (
        lambda seed, x, factor: np.zeros((0, int(seed)), np.float32),
        "an array with 0 elements and 2 axes",
    ),
    "a number in a shape": (
        lambda seed, x, factor: np.broadcast_to(np.float32(0), (int(seed), 7)),
        None,
    ),
}


@pytest.mark.parametrize(("function", "array"), RETURNED.values(), ids=list(RETURNED))
@pytest.mark.usefixtures("grading")
def test_what_is_noted_of_an_answer_does_not_spell_out_what_it_was_given(
    function: Any, array: str | None
) -> None:
    with contextlib.suppress(CheckFailed):
        check("scale_rows", function)
    (found,) = in_grading.rows()
    assert (found.returned and found.returned.array) == array


@pytest.mark.usefixtures("grading")
def test_answers_of_quite_another_size_take_no_memory_but_for_one_at_a_time() -> None:
    size = 2**24
    tracemalloc.start()
    try:
        said = failure(lambda seed, x, factor: np.ones(4 * size, np.int8), "random")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "returned shape (?,); expected shape" in said
    assert peak < 3 * 4 * size


@pytest.mark.usefixtures("grading")
def test_a_submission_of_another_assignment_fails_every_check_with_that_reason(
    grading: Path,
) -> None:
    in_grading.begin_grading(
        str(grading / HIDDEN_FILE), "this is the notebook of the assignment 'other'."
    )
    assert failure(scale_rows) == "this is the notebook of the assignment 'other'."


def with_another_flax(path: Path) -> None:
    path.write_bytes(
        path.read_bytes().replace(
            f'\\"flax\\": \\"{flax_version()}\\"'.encode(),
            f'\\"flax\\": \\"{"9" * len(flax_version())}\\"'.encode(),
        )
    )


def with_another_draw(path: Path, name: str) -> None:
    content = path.read_bytes()
    start = content.index(f'{name}\\": ['.encode())
    digit = next(
        place for place in range(start + 20, start + 60) if content[place : place + 1].isdigit()
    )
    other = b"1" if content[digit : digit + 1] != b"1" else b"2"
    path.write_bytes(content[:digit] + other + content[digit + 1 :])


def one_more(seed: float, x: Any, factor: float) -> Any:
    return scale_rows(seed, x, factor) + 1


def test_under_other_versions_a_right_answer_is_right_and_a_wrong_one_wrong(desk: Path) -> None:
    """Other versions that draw the same numbers change no verdict."""
    with_another_flax(desk / PUBLIC_FILE)
    check("scale_rows", scale_rows)
    assert "; the largest error is" in failure(one_more)


def test_under_versions_that_draw_other_numbers_wrong_values_are_no_verdict(desk: Path) -> None:
    """A wrong shape, dtype or exception is still reported: no draw is to blame for it."""
    with_another_flax(desk / PUBLIC_FILE)
    with_another_draw(desk / PUBLIC_FILE, "jax.random.normal")
    check("scale_rows", scale_rows)
    assert ungraded(one_more) == (
        "the numbers differ from the expected ones, but jax.random.normal draws different "
        f"numbers with flax {flax_version()} (the assignment was built with "
        f"{'9' * len(flax_version())}), so this check cannot tell whether the answer is right. "
        f"Type: pip install jax=={version('jax')} jaxlib=={version('jaxlib')} "
        f"flax=={'9' * len(flax_version())} numpy=={version('numpy')}. Then restart the kernel."
    )
    assert "returned shape (5, 1)" in failure(lambda *given: scale_rows(*given)[:, None])
    assert "ZeroDivisionError" in failure(lambda seed, x, factor: 1 / 0)


def test_a_sampler_that_the_question_does_not_use_decides_nothing(desk: Path) -> None:
    draws = header_of(desk / PUBLIC_FILE)["environment"]["draws"]
    assert [name for name in draws if name.startswith("jax.random.")] == [
        "jax.random.bits",
        "jax.random.normal",
        "jax.random.uniform",
    ]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("jax_enable_x64", True),
        ("jax_default_prng_impl", "rbg"),
        ("jax_threefry_partitionable", False),
        ("jax_disable_jit", True),
        ("jax_debug_nans", True),
        ("jax_numpy_rank_promotion", "raise"),
        ("jax_numpy_dtype_promotion", "strict"),
        ("jax_transfer_guard", "disallow"),
        ("jax_default_matmul_precision", "bfloat16"),
        ("jax_random_seed_offset", 7),
    ],
)
@pytest.mark.parametrize("place", ["notebook", "grading"])
def test_whatever_a_notebook_sets_is_judged_as_in_grading(
    request: pytest.FixtureRequest, place: str, setting: str, value: object
) -> None:
    request.getfixturevalue("desk" if place == "notebook" else "grading")
    before = getattr(jax.config, setting)
    jax.config.update(setting, value)
    try:
        check("scale_rows", scale_rows)
        assert getattr(jax.config, setting) == value
        assert "; the largest error is" in failure(one_more)
    finally:
        jax.config.update(setting, before if setting != "jax_transfer_guard" else "allow")


def in_32_bits(seed: float, x: Any, factor: float) -> Any:
    with jax.enable_x64(False):
        return scale_rows(seed, x, factor)


@pytest.mark.usefixtures("desk")
def test_an_answer_that_needs_a_setting_of_its_notebook_is_told_which() -> None:
    """It is right with the notebook's setting, and wrong in grading."""
    with jax.enable_x64(True):
        said = failure(
            lambda seed, x, factor: in_32_bits(seed, x, factor) + (jnp.ones(()).dtype != "float64")
        )
    assert "It passes with this notebook's jax_enable_x64 = True (grading sets False)." in said


def test_other_draws_at_the_same_versions_give_no_verdict_for_wrong_values_only(desk: Path) -> None:
    with_another_draw(desk / PUBLIC_FILE, "jax.random.bits")
    check("scale_rows", scale_rows)
    assert ungraded(one_more).startswith("jax.random.bits draws different numbers here")


def test_without_the_public_cases_the_student_is_told_where_to_run(desk: Path) -> None:
    (desk / PUBLIC_FILE).unlink()
    assert ungraded() == (
        f"public_cases.safetensors is not in {desk.name!r}, the folder where this notebook runs; "
        "run it in the folder that you downloaded, with all its files. Download the assignment "
        "again."
    )


def test_a_damaged_hidden_bank_is_no_fault_of_the_answer(grading: Path) -> None:
    (grading / HIDDEN_FILE).write_bytes(b"x")
    assert ungraded() == (
        "the hidden bank cannot be read as a bank of cases (SafetensorError); it may be damaged or "
        "only partly copied. This is not your fault; please tell your instructor."
    )


def test_a_fault_of_the_grader_is_no_verdict(
    grading: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(verdict, "examine", broken)
    assert ungraded() == (
        "the grader itself failed (RuntimeError). This is not your fault; please tell your "
        "instructor."
    )


def test_a_misspelt_call_is_told() -> None:
    with pytest.raises(
        ValueError,
        match=(
            r"^check\('f', …, cases='edge'\): the question is a string, and the groups of cases "
            r"are public, corners, random, repeated, types, and laws jit, vmap, grad, permutation "
            r"of B$"
        ),
    ):
        check("f", scale_rows, cases="edge")


def flax_version() -> str:
    import importlib.metadata

    return importlib.metadata.version("flax")


def header_of(path: Path) -> Any:
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return json.loads(header["__metadata__"]["otter-arrays"])


def test_the_header_is_where_the_tests_above_look_for_it(desk: Path) -> None:
    assert header_of(desk / PUBLIC_FILE)["environment"]["packages"]["flax"] == flax_version()


@pytest.mark.usefixtures("no_question_left_declared")
def test_a_large_right_answer_of_many_axes_is_right() -> None:
    def f(x: Any) -> Any:
        return (x[:, None, None, None, None, :] * np.ones((1, 2, 2, 2, 2, 1), np.float32))[
            ..., None
        ] + np.zeros(700, np.float32)

    declared = Question("f", arguments={"x": Array("B", "D")}, dims={"B": (5, 5), "D": (5, 5)})
    built = build("t", [declared], {"f": f}, "a")
    for group in built.hidden.groups["f"].values():
        assert examine(f, group) is None


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[Path]:
    """A grading of a question with a rule."""
    with declared_inside():
        question = Question(
            "rows", arguments={"x": Array("B", "D")}, dims={"B": (2, 9), "D": (2, 9)}
        )
        question.requires(
            "mapped",
            transform("jax.vmap", lanes="B", gives_answer=True),
            otherwise="does not map its rows.",
            misconception="not mapped",
            hint="Map.",
        )
        built = build("t", [question], {"rows": rows}, "a")
    save(built.public, tmp_path / PUBLIC_FILE)
    save(built.hidden, tmp_path / HIDDEN_FILE)
    in_grading.begin_grading(str(tmp_path / HIDDEN_FILE))
    yield tmp_path
    in_grading.end_grading()


def rows(x: Any) -> Any:
    return jax.vmap(lambda row: row @ row)(x)


@pytest.mark.usefixtures("ruled")
def test_how_an_answer_computes_counts_only_where_its_values_are_right() -> None:
    calls = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return rows(x)

    def fake(x: Any) -> Any:
        return jax.vmap(lambda row: row @ row + 1)(x)

    check("rows", counted, rule="mapped")
    early = len(calls)
    check("rows", counted, "random")
    assert len(calls) == early, "the group was called before, and is not called again"
    check("rows", counted, "random")
    check("rows", counted, rule="mapped")
    with pytest.raises(CheckFailed) as caught:
        check("rows", fake, rule="mapped")
    assert str(caught.value) == (
        "rows does not return the expected values (random sizes and seeds). The method counts "
        "only where the values are right."
    )
    with pytest.raises(CheckFailed) as caught:
        check("rows", lambda x: (x * x).sum(axis=1), rule="mapped")
    assert str(caught.value).startswith(
        "rows does not map its rows.\n\n**Looks like: not mapped.**"
    )
    half = check_points(jax.vmap(lambda row: (row @ row).astype(jnp.bfloat16)))
    assert half == "passed", "an answer that loses digits computes as it should"
    assert [(row.cases, row.verdict) for row in in_grading.rows()][:5] == [
        ("method", "right"),
        ("random", "right"),
        ("random", "right"),
        ("method", "right"),
        ("method", "wrong"),
    ]


def check_points(function: Any) -> str:
    try:
        check("rows", function, rule="mapped")
    except CheckFailed as failed:
        return str(failed)
    return "passed"


def test_under_other_versions_a_method_that_is_not_seen_is_left_to_grading(
    ruled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A method that is seen counts, and so does an answer that fails."""

    def unmapped(x: Any) -> Any:
        return (x * x).sum(axis=1)

    for name in (PUBLIC_FILE, HIDDEN_FILE):
        with_another_flax(ruled / name)
    other = f"flax {flax_version()} (the assignment was built with {'9' * len(flax_version())})"
    check("rows", rows, rule="mapped")
    with pytest.raises(Ungraded) as caught:
        check("rows", unmapped, rule="mapped")
    assert str(caught.value) == (
        f"rows: the rule 'mapped' cannot be checked with {other}: other releases apply transforms "
        "differently. This is not your fault; please tell your instructor."
    )
    in_grading.end_grading()
    monkeypatch.chdir(ruled)
    check("rows", rows, rule="mapped")
    assert capsys.readouterr().out == ""
    check("rows", unmapped, rule="mapped")
    assert capsys.readouterr().out == (
        f"rows: the rule 'mapped' is not checked here with {other}: other releases apply "
        "transforms differently. Grading checks it.\n"
    )
    with pytest.raises(CheckFailed):
        check("rows", lambda x: 1 / 0, rule="mapped")
