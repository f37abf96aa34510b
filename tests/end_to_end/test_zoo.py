"""The zoo: any program of JAX is graded as JAX computes it, on every road and with every setting of
the compiler (see docs/programs.md)."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from roads import Rows, by_notebook, by_otter, by_otter_check, by_the_zip, in_a_class
from shared import ROOT, built_once
from zoo_masters import FAMILIES, Program, family, table, write_master

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.runtime import switches

REQUIRED = {
    "linalg": "solve inv det slogdet cholesky qr eigh eig svd lstsq pinv matrix_rank norm",
    "scipy_linalg": "lu cho_solve solve_triangular expm",
    "scipy_special": "gammaln erf logsumexp betainc",
    "scipy_stats": "norm.logpdf multivariate_normal.logpdf convolve fftconvolve",
    "fft": "fft ifft rfft irfft fft2",
    "random_numbers": (
        "normal uniform bernoulli categorical choice permutation gumbel gamma orthogonal "
        "truncated_normal PRNGKey"
    ),
    "initializers": "orthogonal lecun_normal truncated_normal",
    "sorting": (
        "sort argsort top_k unique searchsorted segment_sum one_hot bincount nonzero median "
        "quantile"
    ),
    "lax": (
        "scan while_loop fori_loop cond switch associative_scan conv_general_dilated reduce_window "
        "gather at custom_jvp custom_vjp checkpoint pure_callback print io_callback dynamic_slice "
        "cumsum cummax map"
    ),
    "derivatives": "grad value_and_grad jacfwd jacrev hessian jvp vjp Hessian-vector implicit",
    "nnx_layers": (
        "Linear Conv Embed LayerNorm BatchNorm Dropout MultiHeadAttention LSTMCell GRUCell RNN "
        "Sequential grad jit scan"
    ),
    "linen_layers": (
        "Dense Conv Embed LayerNorm BatchNorm Dropout MultiHeadDotProductAttention LSTMCell "
        "GRUCell RNN scan"
    ),
    "packages": "adam sgd rearrange map",
    "dtypes": "bfloat16 float16 int8 uint8 bool_ complex64",
    "numpy_alone": "np.linalg.solve float int scipy.linalg.expm",
}
"""What each family has at least: the last words of the routines."""

OFTEN = {
    "dtypes": "complex64",
    "fft": "fft",
    "initializers": "init_orthogonal",
    "lax": "custom_vjp pure_callback",
    "linalg": "solve eigh svd",
    "nnx_layers": "gru_cell",
    "packages": "adam",
    "random_numbers": "categorical",
    "scipy_linalg": "expm",
    "sorting": "top_k",
}
"""Graded in every run of the tests, in one notebook; the families as a whole are in the slow
ones."""


def chosen_often(program: Program) -> bool:
    return program.name in OFTEN.get(program.family, "").split()


def test_every_family_has_what_is_asked_of_it_and_no_two_programs_share_a_name() -> None:
    assert set(REQUIRED) == set(FAMILIES)
    for name, words in REQUIRED.items():
        said = " ".join(each.says for each in family(name).programs)
        assert [
            word
            for word in words.split()
            if not re.search(rf"(?<![\w-]){re.escape(word)}(?!\w)", said)
        ] == []
        assert (
            len({each.name for each in family(name).programs})
            == len({each.says for each in family(name).programs})
            == len(family(name).programs)
        )
    often = {each.name for name in FAMILIES for each in family(name).programs if chosen_often(each)}
    assert often == {name for words in OFTEN.values() for name in words.split()}


def test_the_page_says_what_the_zoo_holds() -> None:
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    assert table() in page
    assert (
        f"{sum(len(family(name).programs) for name in FAMILIES)} programs in {len(FAMILIES)} "
        "families"
    ) in page


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> BuiltAssignment:
    """A dozen programs of all families."""
    master = write_master(
        "zoo-sample", tmp_path_factory.mktemp("masters"), map(family, FAMILIES), chosen_often
    )
    return BuiltAssignment(built_once(tmp_path_factory, worker_id, "zoo", [master]) / master.stem)


@pytest.fixture(params=FAMILIES)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> BuiltAssignment:
    """Each family in turn."""
    master = write_master(
        f"zoo-{request.param.replace('_', '-')}",
        tmp_path_factory.mktemp("masters"),
        [family(request.param)],
    )
    return BuiltAssignment(
        built_once(tmp_path_factory, worker_id, f"zoo-{request.param}", [master]) / master.stem
    )


def all_wrong(built: BuiltAssignment) -> nbformat.NotebookNode:
    """The notebook in which each question has its wrong answer."""
    return built.answered(
        {
            question: known.source
            for question in built.record().questions
            for known in built.misconceptions(question).values()
        }
    )


def refused(found: Rows, built: BuiltAssignment) -> None:
    """Each wrong answer loses every point."""
    assert [
        row["name"] for row in found if row["name"] != "Public Tests" and row["score"] != 0
    ] == []
    assert {row["name"].split(":")[0] for row in found if row["name"] != "Public Tests"} == set(
        built.record().questions
    )


def accepted(found: Rows) -> None:
    """Each row has all its points."""
    assert [
        (row["name"], row.get("score"), row["output"][:500])
        for row in found
        if row.get("score") != row.get("max_score")
    ] == []
    assert sum(row["max_score"] for row in found if row["name"] != "Public Tests")


def test_of_a_dozen_right_answers_get_every_point_and_wrong_ones_none(
    sample: BuiltAssignment,
) -> None:
    right, wrong = nbformat.read(sample.solution, as_version=4), all_wrong(sample)
    accepted(by_otter(right, sample))
    found = by_otter(wrong, sample)
    refused(found, sample)
    in_class = in_a_class({"right": right, "wrong": wrong}, sample)
    accepted(in_class["right"])
    assert in_class["wrong"] == found


def half_wrong(built: BuiltAssignment, first: int) -> tuple[nbformat.NotebookNode, set[str]]:
    """The notebook in which every second question, from the one of index `first`, has its wrong
    answer and the others are right; and the names of the questions with wrong answers.
    """
    wrong = set(list(built.record().questions)[first::2])
    return built.answered(
        {
            question: next(iter(built.misconceptions(question).values())).source
            if question in wrong
            else solution_of(built.solution, question)
            for question in built.record().questions
        }
    ), wrong


def joined(right: Rows, wrong: Rows, questions: set[str]) -> Rows:
    """The rows of `right`, but of `wrong` for these questions."""
    return [
        other if row["name"].split(":")[0] in questions else row
        for row, other in zip(right, wrong, strict=True)
    ]


@pytest.mark.slow
def test_every_road_gives_the_same_rows(
    built: BuiltAssignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`otter run` with all shortcuts, with each alone, and with none; the zip's runner; and a
    class, with all shortcuts and with its own alone."""
    answers = {"right": nbformat.read(built.solution, as_version=4), "wrong": all_wrong(built)}
    in_class = in_a_class(answers, built)
    usual = {name: by_otter(notebook, built) for name, notebook in answers.items()}
    accepted(usual["right"])
    refused(usual["wrong"], built)
    assert in_class == usual
    halves = itertools.cycle(
        [
            (notebook, joined(usual["right"], usual["wrong"], wrong))
            for notebook, wrong in (half_wrong(built, 0), half_wrong(built, 1))
        ]
    )
    for index in range(2):
        notebook, expected = next(halves)
        assert but_public(by_the_zip(notebook, built, tmp_path / str(index))) == but_public(
            expected
        )
    for left in (*switches.SHORTCUTS, None):
        without = ",".join(each for each in switches.SHORTCUTS if each != left)
        notebook, expected = next(halves)
        if left == "warm":  # only a class has it
            monkeypatch.setenv(switches.VARIABLE, without)
            found = in_a_class({"half": notebook}, built)["half"]
            monkeypatch.delenv(switches.VARIABLE)
        else:
            found = by_otter(notebook, built, **{switches.VARIABLE: without})
        assert but_public(found) == but_public(expected), f"without {without}"


def but_public(rows: Rows) -> Rows:
    """The rows without the one that lists the public tests of all questions together."""
    return [row for row in rows if row["name"] != "Public Tests"]


@pytest.mark.slow
def test_otter_check_says_the_same_at_the_desk(built: BuiltAssignment, tmp_path: Path) -> None:
    solution = nbformat.read(built.solution, as_version=4)
    assert by_otter_check(solution, built, tmp_path / "right") == "All tests passed!\n"
    wrong = by_otter_check(all_wrong(built), built, tmp_path / "wrong")
    assert [name for name in built.record().questions if f"{name} results:" not in wrong] == []


@pytest.mark.slow
def test_in_a_notebook_every_check_passes_or_none(built: BuiltAssignment, tmp_path: Path) -> None:
    solutions = {
        question: solution_of(built.solution, question) for question in built.record().questions
    }
    assert {
        question: text
        for question, text in by_notebook(
            built.answered(solutions), built, tmp_path / "right"
        ).items()
        if "passed" not in text
    } == {}
    wrong = by_notebook(all_wrong(built), built, tmp_path / "wrong")
    assert set(wrong) == set(built.record().questions)
    assert {question: text for question, text in wrong.items() if "CheckFailed" not in text} == {}


@pytest.fixture
def one_processor() -> Iterator[None]:
    """Processes that a test starts have one processor, and one thread."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.slow
@pytest.mark.usefixtures("one_processor")
@pytest.mark.parametrize("level", [0, 3])
def test_right_answers_are_right_at_every_level_of_optimisation_on_one_thread(
    built: BuiltAssignment, level: int
) -> None:
    """Level 3 is XLA's default. The roads have both on all processors: 0 as grading sets it, and 3
    without the shortcut `unoptimised`. What is asked for here is put behind what grading sets, and
    so wins."""
    flags = f"--xla_backend_optimization_level={level} --xla_cpu_multi_thread_eigen=false"
    accepted(by_otter(built.solution, built, XLA_FLAGS=flags))
