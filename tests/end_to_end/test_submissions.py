"""Real submissions through real Otter: right, wrong, untouched, and broken in every way that Otter
lets through.

Covers too: `assignment.samples`, `classroom.warm_samples`, `grading.kernel`.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from shared import MASTERS, ROOT, SECRET, Builds, Grade

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import GradedSample, otter_run
from autograder.bank.filenames import PUBLIC_FILE

POINTS = 10


def question_of(built: BuiltAssignment) -> str:
    (question,) = built.record().questions
    return str(question)


def graded_answer(grade: Grade, built: BuiltAssignment, source: str) -> GradedSample:
    return grade(built.answered({question_of(built): source}), built.zip)


def known_answers(kind: str) -> list[Any]:
    """(assignment, function name) of every declared alternative or misconception, read from the
    masters without running them.

    The first and the last of each assignment run always, the others in the long test run.
    """
    found = []
    for master in MASTERS:
        (declaration,) = (
            cell
            for cell in nbformat.read(master, as_version=4).cells
            if cell.source.startswith("## Ignore ##")
        )
        names = [
            node.name
            for node in ast.parse(declaration.source).body
            if isinstance(node, ast.FunctionDef)
            and any(
                f"question.{kind}" in ast.unparse(decorator) for decorator in node.decorator_list
            )
        ]
        for name in names:
            marks = () if name in (names[0], names[-1]) else pytest.mark.slow
            found.append(pytest.param(master.stem, name, id=f"{master.stem}-{name}", marks=marks))
    return found


def test_the_solution_gets_every_point(assignment: BuiltAssignment) -> None:
    graded = otter_run(assignment.solution, assignment.zip)
    assert (graded.score, graded.possible) == (POINTS, POINTS), graded.printed


def test_the_untouched_notebook_gets_no_hidden_point(
    grade: Grade, assignment: BuiltAssignment
) -> None:
    graded = grade(assignment.untouched, assignment.zip)
    assert (graded.score, graded.possible) == (0, POINTS), graded.printed
    assert graded.sentence.startswith(
        f"{question_of(assignment)} returned None. Is a `return` missing? [case 1 of "
    )


@pytest.mark.parametrize(("name", "function"), known_answers("alternative"))
def test_an_alternative_gets_every_point(
    grade: Grade, dist: Builds, name: str, function: str
) -> None:
    built = BuiltAssignment(dist / name)
    graded = graded_answer(grade, built, built.alternatives(question_of(built))[function])
    assert graded.score == POINTS, graded.sentence
    assert graded.results is not None
    assert all(finding["diagnosis"] is None for finding in graded.results["extra_data"]["findings"])


@pytest.mark.parametrize(("name", "function"), known_answers("misconception"))
def test_a_misconception_loses_the_points_of_what_tells_it_and_gets_its_hint(
    grade: Grade, dist: Builds, name: str, function: str
) -> None:
    built = BuiltAssignment(dist / name)
    known = built.misconceptions(question_of(built))[function]
    graded = graded_answer(grade, built, known.source)
    assert graded.results is not None
    findings = graded.results["extra_data"]["findings"]
    wrong = {
        finding.get("rule", finding["cases"])
        for finding in findings
        if finding["verdict"] == "wrong"
    }
    # The method counts only where the values are right.
    rules = {finding["rule"] for finding in findings if "rule" in finding}
    unmet = rules if "random" in known.refused_in else {*known.unmet}
    assert wrong == {*known.refused_in, *unmet}
    lost = [
        row["max_score"]
        for row, finding in zip(graded.results["tests"], findings, strict=True)
        if finding["verdict"] == "wrong"
    ]
    assert graded.score == POINTS - sum(lost) < POINTS
    hints = {finding["diagnosis"] for finding in findings if "rule" not in finding} - {None}
    assert hints == ({known.name} if known.told_by == "values" else set())
    if known.told_by == "method":
        assert graded.score >= POINTS - 3
        assert all(finding["diagnosis"] for finding in findings if finding["verdict"] == "wrong")


METHOD_TOLD = {
    "nn-vmap-shared-params": {
        "copies_the_parameters": 8,
        "maps_apply": 9,
        "calls_the_layer_on_the_batch": 7,
    },
    "nnx-batched-init": {
        "makes_identical_models": 8,
        "loops_over_the_models": 7,
        "makes_no_model": 7,
    },
    "nnx-composed-transforms": {"loops_over_layers": 7, "maps_inside_the_scan": 9},
    "nnx-vmap-over-batch": {"calls_the_layer_on_the_batch": 7, "loops_over_the_rows": 7},
    "nnx-vmap-over-ensemble": {"runs_model_by_model": 8, "loops_over_the_models": 7},
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "function"),
    [(name, function) for name, told in METHOD_TOLD.items() for function in told],
)
def test_right_values_by_another_way_get_the_points_of_the_values(
    grade: Grade, dist: Builds, name: str, function: str
) -> None:
    built = BuiltAssignment(dist / name)
    graded = graded_answer(grade, built, built.misconceptions(question_of(built))[function].source)
    assert graded.score == METHOD_TOLD[name][function]


SPELLINGS = {
    "nnx-vmap-over-batch-module-level": """
import functools
from flax.nnx import vmap as lift
mapped = functools.partial(lift, in_axes=(None, 0))

@nnx.jit
@mapped
def forward(model, x):
    return model(x)

def vmap_over_batch(seed, x_batch, features):
    model = nnx.Linear(x_batch.shape[-1], int(features), rngs=nnx.Rngs(int(seed)))
    return forward(model, x_batch).reshape(-1)
""",
    "nnx-vmap-over-ensemble-methods": """
class Ensemble(nnx.Module):
    def __init__(self, count, inputs, outputs, rngs):
        @nnx.split_rngs(splits=count)
        @nnx.vmap
        def build(rngs):
            return nnx.Linear(inputs, outputs, rngs=rngs)
        self.members = build(rngs)

    def __call__(self, x):
        return nnx.vmap(lambda x, member: member(x), in_axes=(None, 0))(x, self.members)

def vmap_over_ensemble(seed, x, num_models, features):
    return jax.jit(
        lambda x: Ensemble(
            int(num_models), x.shape[-1], int(features), nnx.Rngs(int(seed))
        )(x).reshape(-1)
    )(x)
""",
    "nnx-composed-transforms-module-level": """
@nnx.split_rngs(splits=1)
@nnx.vmap
def unused(rngs):
    return nnx.Linear(1, 1, rngs=rngs)

def one_layer(x, layer):
    return jax.nn.relu(layer(x))

through = nnx.scan(one_layer, in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)
network = nnx.jit(nnx.vmap(through, in_axes=(0, None)))

def composed_transforms(seed, x_batch, num_layers, features):
    make = lambda rngs: nnx.Linear(int(features), int(features), rngs=rngs)
    rngs = nnx.Rngs(int(seed))
    with nnx.split_rngs(rngs, splits=int(num_layers)):
        layers = nnx.vmap(make)(rngs)
    return network(x_batch, layers).reshape(-1)
""",
    "nn-vmap-shared-params-in-a-function": """
from flax.linen import vmap as lift

def nn_vmap_forward(seed, x_batch, features):
    @jax.jit
    def run(x):
        layer = lift(nn.Dense, variable_axes={"params": None}, split_rngs={"params": False})(
            features=int(features)
        )
        return layer.apply(layer.init(jax.random.PRNGKey(seed), x), x)
    return np.asarray(run(x_batch)).reshape(-1)
""",
    "nnx-batched-init-inside-of-jit": """
@nnx.jit(static_argnums=(0, 1, 2))
def ensemble(seed, count, width):
    @nnx.split_rngs(splits=count)
    @nnx.vmap(in_axes=(0,), out_axes=0)
    def make(rngs):
        return nnx.Linear(width, width, rngs=rngs)
    return make(nnx.Rngs(seed))

def batched_init_count(seed, num_inits, features):
    kernel = ensemble(int(seed), int(num_inits), int(features)).kernel
    return jnp.array([int(num_inits), int(features), kernel.shape[0]])
""",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_method_spelled_otherwise_gets_every_point(
    grade: Grade, dist: Builds, spelling: str
) -> None:
    built = BuiltAssignment(next(dist / name for name in METHOD_TOLD if spelling.startswith(name)))
    notebook = nbformat.read(built.untouched, as_version=4)
    cell = next(cell for cell in notebook.cells if f"def {question_of(built)}(" in cell.source)
    cell.source = f"import numpy as np\n{SPELLINGS[spelling]}"
    graded = grade(notebook, built.zip)
    assert graded.score == POINTS, json.dumps(graded.results, indent=1)


def test_a_show_of_the_method_beside_the_answer_gets_none_of_its_points(
    grade: Grade,
    one_assignment: BuiltAssignment,
) -> None:
    source = """
def show(seed, x_batch, features):
    model = nnx.Linear(x_batch.shape[-1], int(features), rngs=nnx.Rngs(int(seed)))
    nnx.vmap(lambda model, x: model(x) + 1, in_axes=(None, 0))(model, jnp.asarray(x_batch))
    return model(x_batch).reshape(-1)
"""
    assert graded_answer(grade, one_assignment, source).score == POINTS - 3


def test_every_assignment_has_two_alternatives_and_its_pitfalls(
    assignment: BuiltAssignment,
) -> None:
    question = question_of(assignment)
    assert len(assignment.alternatives(question)) >= 2
    assert len(assignment.misconceptions(question)) >= 6


def cell_of(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return next(cell for cell in notebook.cells if "def vmap_over_batch(" in cell.source)


def without_the_answer(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook))


def with_a_number_for_the_answer(notebook: nbformat.NotebookNode) -> None:
    cell_of(notebook).source = "vmap_over_batch = 3.0"


def with_a_syntax_error(notebook: nbformat.NotebookNode) -> None:
    cell_of(notebook).source = "def vmap_over_batch(seed, x_batch, features:\n    return x_batch"


def with_an_exception(notebook: nbformat.NotebookNode) -> None:
    cell_of(notebook).source = (
        "def vmap_over_batch(seed, x_batch, features):\n"
        "    raise ValueError(f'{seed} {x_batch} the secret')"
    )


def with_system_exit(notebook: nbformat.NotebookNode) -> None:
    cell_of(
        notebook
    ).source = "def vmap_over_batch(seed, x_batch, features):\n    raise SystemExit(0)"


def with_keyboard_interrupt(notebook: nbformat.NotebookNode) -> None:
    cell_of(
        notebook
    ).source = "def vmap_over_batch(seed, x_batch, features):\n    raise KeyboardInterrupt"


def with_an_unreadable_exception(notebook: nbformat.NotebookNode) -> None:
    cell_of(notebook).source = (
        "class Odd(Exception):\n"
        "    def __str__(self):\n"
        "        raise RuntimeError\n\n"
        "def vmap_over_batch(seed, x_batch, features):\n"
        "    raise Odd"
    )


def with_an_escaped_tracer(notebook: nbformat.NotebookNode) -> None:
    cell_of(notebook).source = (
        "kept = []\n"
        "def vmap_over_batch(seed, x_batch, features):\n"
        "    jax.jit(lambda x: kept.append(x) or x)(x_batch)\n"
        "    return kept.pop()"
    )


def with_two_parameters(notebook: nbformat.NotebookNode) -> None:
    cell_of(notebook).source = "def vmap_over_batch(seed, x_batch):\n    return x_batch"


def with_no_cells(notebook: nbformat.NotebookNode) -> None:
    notebook.cells = []


NOT_DEFINED = (
    "vmap_over_batch is not defined: no cell defines it. [case 1 of 4: all sizes distinct]"
)
NOT_PARSED = (
    "vmap_over_batch is not defined: cell 4 stopped at line 1, SyntaxError: '(' was never closed. "
    "[case 1 of 4: all sizes distinct]"
)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_the_answer, NOT_DEFINED),
        (with_a_syntax_error, NOT_PARSED),
        (with_no_cells, NOT_DEFINED),
        (
            with_a_number_for_the_answer,
            "vmap_over_batch is not a function; its type is float. [case 1 of 4: all sizes "
            "distinct]",
        ),
        (with_an_exception, "vmap_over_batch raised ValueError. [case 1 of 4: all sizes distinct]"),
        (with_system_exit, "vmap_over_batch raised SystemExit. [case 1 of 4: all sizes distinct]"),
        (
            with_keyboard_interrupt,
            "vmap_over_batch raised KeyboardInterrupt. [case 1 of 4: all sizes distinct]",
        ),
        (
            with_an_unreadable_exception,
            "vmap_over_batch raised a custom exception. [case 1 of 4: all sizes distinct]",
        ),
        (
            with_an_escaped_tracer,
            "vmap_over_batch returned a JAX tracer, a value that escaped from a transform such "
            "as jit or vmap; return what the transformed function returns. [case 1 of 4: all "
            "sizes distinct]",
        ),
        (
            with_two_parameters,
            "vmap_over_batch takes 2 positional arguments; the question calls it with 3: (seed, "
            "x_batch, features). [case 1 of 4: all sizes distinct]",
        ),
    ],
)
def test_a_broken_answer_gets_one_clear_sentence_and_no_point(
    grade: Grade,
    one_assignment: BuiltAssignment,
    spoil: Callable[[nbformat.NotebookNode], None],
    sentence: str,
) -> None:
    notebook = nbformat.read(one_assignment.untouched, as_version=4)
    spoil(notebook)
    graded = grade(notebook, one_assignment.zip)
    assert graded.results is not None, graded.printed
    assert (graded.score, graded.sentence) == (0, sentence)
    assert "the secret" not in json.dumps(graded.results)


def without_kernelspec(path: Path) -> None:
    content = json.loads(path.read_text())
    del content["metadata"]["kernelspec"]
    path.write_text(json.dumps(content))


def with_an_unknown_kernel(path: Path) -> None:
    content = json.loads(path.read_text())
    content["metadata"]["kernelspec"] = {
        "name": "my-conda-env",
        "display_name": "mine",
        "language": "python",
    }
    path.write_text(json.dumps(content))


def of_format_3(path: Path) -> None:
    notebook = nbformat.convert(nbformat.read(path, as_version=4), 3)
    path.write_text(nbformat.v3.nbjson.writes(notebook))


def of_a_future_minor_format(path: Path) -> None:
    content = json.loads(path.read_text())
    content["nbformat_minor"] = 9
    path.write_text(json.dumps(content))


def with_megabytes_printed(path: Path) -> None:
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        source = "".join(cell["source"])
        if "def vmap_over_batch(" in source:
            cell["source"] = source.replace(
                "    # BEGIN", "    print('y' * 5_000_000)\n    # BEGIN"
            ).replace(
                "    model =",
                "    for _ in range(20):\n        print('y' * 1_000_000)\n    model =",
                1,
            )
    path.write_text(json.dumps(content))


def with_an_error_in_another_cell(path: Path) -> None:
    content = json.loads(path.read_text())
    content["cells"].insert(
        0,
        {
            "cell_type": "code",
            "id": "broken",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": "1 / 0",
        },
    )
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "change",
    [
        without_kernelspec,
        with_an_unknown_kernel,
        of_format_3,
        of_a_future_minor_format,
        with_megabytes_printed,
        with_an_error_in_another_cell,
    ],
)
def test_what_does_not_touch_the_answer_costs_no_point(
    grade: Grade, one_assignment: BuiltAssignment, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = tmp_path / one_assignment.solution.name
    path.write_bytes(one_assignment.solution.read_bytes())
    change(path)
    graded = grade(path, one_assignment.zip)
    assert graded.score == POINTS, graded.printed[-3000:]


@pytest.mark.slow
def test_another_assignments_notebook_is_named(dist: Builds) -> None:
    graded = otter_run(
        BuiltAssignment(dist / "nnx-batched-init").solution,
        BuiltAssignment(dist / "nnx-vmap-over-batch").zip,
    )
    assert (graded.score, graded.exit_code) == (0, 0)
    assert graded.sentence == (
        "this is the notebook of the assignment 'nnx-batched-init', but 'nnx-vmap-over-batch' "
        "was expected. Submit nnx-vmap-over-batch.ipynb."
    )


@pytest.mark.parametrize(
    ("setting", "cause"),
    [
        ({"JAX_ENABLE_X64": "1"}, "jax_enable_x64 is True but must be False."),
        (
            {"JAX_DEFAULT_PRNG_IMPL": "rbg"},
            "jax_default_prng_impl is 'rbg' but must be 'threefry2x32'.",
        ),
    ],
)
def test_another_environment_is_ungraded_and_never_zero(
    one_assignment: BuiltAssignment, setting: dict[str, str], cause: str
) -> None:
    graded = otter_run(one_assignment.solution, one_assignment.zip, env={**os.environ, **setting})
    assert graded.results is not None
    assert graded.sentence.startswith(cause)
    assert graded.sentence.endswith("Your answer was not judged.")
    assert "score" not in graded.results
    assert all("score" not in row for row in graded.results["tests"])
    assert graded.results["output"] == (
        "1 of 1 questions could not be graded completely. This is not your fault; please tell "
        "your instructor."
    )
    assert graded.results["tests"][-1]["name"] == "vmap_over_batch: argument types (ungraded)"


def without_times(graded: GradedSample) -> dict[str, Any]:
    """The results, but for how long grading took."""
    assert graded.results is not None, graded.printed
    findings = [
        {name: value for name, value in row.items() if name != "seconds"}
        for row in graded.results["extra_data"]["findings"]
    ]
    results = {name: value for name, value in graded.results.items() if name != "execution_time"}
    return {**results, "extra_data": {**graded.results["extra_data"], "findings": findings}}


@pytest.mark.slow
def test_regrading_depends_on_nothing_around_it(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """Folder, home, locale, time zone, hash seed: a wrong answer gets the same results every
    time."""
    known = one_assignment.misconceptions("vmap_over_batch")["flattens_by_feature"]
    submission = one_assignment.answered({"vmap_over_batch": known.source})
    elsewhere = tmp_path / "an other földer"
    elsewhere.mkdir()
    surroundings: list[dict[str, Any]] = [
        {},
        {
            "cwd": elsewhere,
            "env": {
                **os.environ,
                "HOME": str(elsewhere),
                "LC_ALL": "C",
                "TZ": "Pacific/Kiritimati",
                "PYTHONHASHSEED": "1",
            },
        },
        {
            "env": {
                **os.environ,
                "LC_ALL": "tr_TR.UTF-8",
                "LANG": "de_DE.UTF-8",
                "TZ": "America/St_Johns",
                "PYTHONHASHSEED": "2",
            }
        },
    ]
    results = [
        without_times(otter_run(submission, one_assignment.zip, **around))
        for around in surroundings
    ]
    assert results[0] == results[1] == results[2]


START_ANOTHER = (
    "import jax, otter, autograder, subprocess, sys; subprocess.run([sys.executable, '-c', ''], "
    "check=True)"
)


def unprivileged_python() -> Path | None:
    """An interpreter that another user can start, with the packages of this one; None where there
    is none."""
    packages = sysconfig.get_path("purelib")
    for found in (
        sys.executable,
        f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}",
    ):
        command = [
            "setpriv",
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            found,
            "-c",
            START_ANOTHER,
        ]
        if (
            shutil.which("setpriv")
            and subprocess.run(
                command, env={"PYTHONPATH": f"{packages}:{ROOT}"}, capture_output=True, check=False
            ).returncode
            == 0
        ):
            return Path(found)
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.slow
def test_regrading_does_not_depend_on_the_user(one_assignment: BuiltAssignment) -> None:
    python = unprivileged_python()
    if python is None:
        pytest.skip("no interpreter here that an unprivileged user can start")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(one_assignment.zip, folder / "autograder.zip")
        known = one_assignment.misconceptions("vmap_over_batch")["flattens_by_feature"]
        nbformat.write(
            one_assignment.answered({"vmap_over_batch": known.source}), folder / "submission.ipynb"
        )
        for path in (folder, *folder.iterdir()):
            os.chown(path, 65534, 65534)
        as_nobody = [
            "setpriv",
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            str(python),
            "-m",
            "otter",
        ]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "TMPDIR": name,
            "PYTHONPATH": f"{sysconfig.get_path('purelib')}:{ROOT}",
            "JAX_PLATFORMS": "cpu",
        }
        command = [
            *as_nobody,
            "run",
            "--no-logo",
            "-a",
            "autograder.zip",
            "-o",
            ".",
            "submission.ipynb",
        ]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert (
            json.loads((folder / "results.json").read_text())["tests"]
            == otter_run(folder / "submission.ipynb", one_assignment.zip).results["tests"]
        )  # type: ignore[index]


@pytest.mark.slow
def test_the_same_secret_builds_the_same_banks_with_real_otter_assign(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    master = next(master for master in MASTERS if master.stem == one_assignment.name)
    for secret, same in ((SECRET, True), ("another secret", False)):
        out = tmp_path / secret
        command = [sys.executable, "-m", "otter", "assign", "--no-run-tests", str(master), str(out)]
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            env={**os.environ, "OTTER_ARRAYS_SECRET": secret},
        )
        rebuilt, public = BuiltAssignment(out), Path("student", PUBLIC_FILE)
        assert (rebuilt.hidden_bank.read_bytes() == one_assignment.hidden_bank.read_bytes()) == same
        assert (rebuilt.hidden_bank.name == one_assignment.hidden_bank.name) == same
        assert (out / public).read_bytes() == (one_assignment.folder / public).read_bytes()


@pytest.mark.slow
def test_twenty_regrades_agree(one_assignment: BuiltAssignment) -> None:
    known = one_assignment.misconceptions("vmap_over_batch")["first_row_only"]
    submission = one_assignment.answered({"vmap_over_batch": known.source})
    results = [without_times(otter_run(submission, one_assignment.zip)) for _ in range(20)]
    assert all(result == results[0] for result in results)
