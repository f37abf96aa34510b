"""Names that a dependency has not promised: docs/private-names.md lists each that the package uses,
with a test, and grading goes on where they are missing."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import otter.logging
import pytest
from flax import nnx
from shared import ROOT

from autograder import Array, Question, rules
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.build import rule_cases
from autograder.errors import BuildError
from autograder.evidence import recorder
from autograder.grading import given_zip
from autograder.runtime import jax_settings, log_server
from autograder.student import colab

PACKAGE = ROOT / "autograder"

DOCUMENTED = {
    "_exit": "Python: os._exit",
    "_exit_code": "IPython: the status of the last line with `!`",
    "_repr_html_": "IPython: rich display",
    "_repr_": "IPython: rich display, as the beginning of a name",
    "_ipython_": "IPython: rich display, as the beginning of a name",
    "_render_traceback_": "IPython: exceptions that show themselves",
    "_port": "Jupyter: the ends of the names in a connection file",
}
"""Names with an underscore that documentation has, and where."""

OURS = {
    *("_y", "_reference", "_method", "_solution", "_submissions", "_sent_to_the_submission"),
    *("_arrays_self", "_arrays_target", "_arrays_home", "_arrays_library"),
}
"""Names in texts that the package itself gives to something."""

PRIVATE = re.compile(r"_(?!_)\w")
A_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_]\w*|<locals>))*")


def is_private(name: str) -> bool:
    return any(PRIVATE.match(part) for part in name.split("."))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def defined_in(path: Path) -> frozenset[str]:
    """The names that a module gives to anything: functions, classes, variables, attributes."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("self", "cls")
        ):
            found.add(node.attr)
    return frozenset(found)


def own_modules(path: Path) -> Iterator[Path]:
    """The module itself and those of this package that it imports."""
    yield path
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
            base = ROOT.joinpath(*str(node.module).split("."))
            places = [base, *(base / alias.name for alias in node.names)]
            yield from (
                each.with_suffix(".py") for each in places if each.with_suffix(".py").exists()
            )


def private_names(path: Path) -> set[str]:
    """The private names of dependencies that a module of this package uses."""
    own = frozenset[str]().union(*map(defined_in, own_modules(path)))
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if is_private(alias.name)}
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("autograder"):
            home = node.module or ""
            names = [home] if is_private(home) else [alias.name for alias in node.names]
            names += [f"{home}.{alias.name}" for alias in node.names] if home == "jax._src" else []
            found |= {name for name in names if is_private(name) and name != "jax._src"}
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            found.add(node.attr)
        elif isinstance(node, ast.ClassDef) and node.bases:
            own_methods = {
                each.attr for each in ast.walk(tree_of(path)) if isinstance(each, ast.Attribute)
            }
            found |= {
                each.name
                for each in node.body
                if isinstance(each, ast.FunctionDef)
                and is_private(each.name)
                and each.name not in own_methods
            }
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and A_NAME.fullmatch(node.value)
            and is_private(node.value)
        ):
            found.add(node.value)
    return found - DOCUMENTED.keys() - OURS


def rows() -> list[list[str]]:
    """The rows of both tables, by column."""
    text = (ROOT / "docs" / "private-names.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (`.*) \|$", text, re.MULTILINE)
    return [row.split(" | ") for row in found]


def listed() -> dict[str, set[str]]:
    """The names that the page lists, by module."""
    found: dict[str, set[str]] = {}
    for names, _, modules, *_ in rows():
        for module in re.findall(r"`([^`]+)`", modules):
            found.setdefault(module, set()).update(re.findall(r"`([^`]+)`", names))
    return found


def test_every_private_name_is_listed_with_its_module() -> None:
    known = listed()
    used = {
        str(path.relative_to(PACKAGE)): names
        for path in sorted(PACKAGE.rglob("*.py"))
        if (names := private_names(path))
    }
    assert len(used) >= 4
    assert {
        module: missing
        for module, names in used.items()
        if (missing := names - known.get(module, set()))
    } == {}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0].split("`")[1])
def test_what_the_page_lists_is_used_there_and_has_a_test(row: list[str]) -> None:
    names, _, modules, *_, test = row
    for module in re.findall(r"`([^`]+)`", modules):
        text = (PACKAGE / module).read_text(encoding="utf-8")
        for name in re.findall(r"`([^`]+)`", names.partition(" (")[0]):
            last = name.rpartition(".")[2]
            assert name in text or last in text, f"{module} does not have {name}"
    file, _, function = test.strip("`").partition("::")
    assert f"\ndef {function}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from jax._src import core", "jax._src.core"),
        ("import jax._src.core", "jax._src.core"),
        ("from IPython import _version", "_version"),
        ("import jax\njax.jit._fun", "_fun"),
        ("class A(B):\n    def f(self):\n        return self._handle()", "_handle"),
        ("class A(B):\n    def _handle(self): ...", "_handle"),
        ("getattr(test, '_score', None)", "_score"),
        ("import importlib\nimportlib.import_module('numpy._core')", "numpy._core"),
    ],
)
def test_a_private_name_is_found_in_every_form(tmp_path: Path, source: str, name: str) -> None:
    (tmp_path / "a.py").write_text(source)
    assert private_names(tmp_path / "a.py") == {name}


def test_what_a_module_names_itself_is_its_own(tmp_path: Path) -> None:
    source = "class A:\n    def f(self):\n        self._a = 1\n    def _b(self):\n        self._b()"
    (tmp_path / "a.py").write_text(source)
    assert private_names(tmp_path / "a.py") == set()


def graded(built: BuiltAssignment, names: dict[str, list[str]]) -> dict[str, Any]:
    """What `otter run` says of the solution where packages have other names."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "tests" / "without_names"),
        "WITHOUT_NAMES": json.dumps(names),
    }
    results = otter_run(built.solution, built.zip, env=environment).results
    assert results is not None
    return results


_USUAL: dict[Path, Any] = {}


def usual(built: BuiltAssignment) -> Any:
    """The rows where every name is there."""
    if built.zip not in _USUAL:
        _USUAL[built.zip] = graded(built, {})["tests"]
    return _USUAL[built.zip]


def test_grading_goes_on_where_jax_has_other_names(one_assignment: BuiltAssignment) -> None:
    names = {"jax": ["make_ir_context", "get_file_cache", "CacheInterface"]}
    found = graded(one_assignment, names)
    assert found["tests"] == usual(one_assignment)
    assert "mended" not in found["extra_data"]["isolation"]


@pytest.mark.slow
def test_grading_goes_on_where_xla_has_other_flags(one_assignment: BuiltAssignment) -> None:
    found = graded(one_assignment, {"autograder": ["xla_backend_optimization_level"]})
    assert found["tests"] == usual(one_assignment)
    assert "it fails again with unoptimised alone" in found["extra_data"]["isolation"]["mended"]


RENAMED = """\
import sys
sys.path.insert(0, sys.argv[1])
import renamed
renamed.rename({"jax": ["make_ir_context", "get_file_cache", "CacheInterface"]})
import jax, jax.numpy as jnp
from pathlib import Path
from autograder.runtime import compiled_programs, jax_settings
jax_settings.for_tiny_programs()
print(compiled_programs.read_here(Path(sys.argv[2])), jnp.arange(3) + 1)
"""


def test_without_their_place_programs_are_compiled(one_assignment: BuiltAssignment) -> None:
    archive = one_assignment.zip.parent / "programs.compiled"
    assert archive.exists()
    command = [sys.executable, "-c", RENAMED, str(ROOT / "tests" / "without_names"), str(archive)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("0 [1 2 3]\n", 0), done.stderr


def test_a_transform_that_is_not_seen_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question("f", arguments={"x": Array("B", "D")}, dims={"B": (2, 5), "D": (2, 5)})
    question.requires(
        "rows are mapped",
        rules.transform("nnx.vmap"),
        otherwise="maps nothing.",
        misconception="no map",
        hint="Map.",
    )

    def f(x: Any) -> Any:
        return nnx.vmap(lambda row: jnp.tanh(row))(x)

    assert rule_cases.draw_method(question, f, ("random",), "a", "s").method.cases
    monkeypatch.setattr(recorder, "TRANSFORMS", {})
    with pytest.raises(BuildError, match="the reference does not meet the rule 'rows are mapped'"):
        rule_cases.draw_method(question, f, ("random",), "a", "s")


def test_on_a_colab_with_other_names_the_student_downloads_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "google" / "colab").mkdir(parents=True)
    for name in ("__init__.py", "_message.py"):  # the latter without a request
        (tmp_path / "google" / "colab" / name).touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("google", "google.colab", "google.colab._message"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert not colab.write_notebook(tmp_path / "a.ipynb")
    assert not (tmp_path / "a.ipynb").exists()


def test_a_check_works_where_jax_does_not_tell_its_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Quiet:
        """JAX's settings without `values`."""

        def __init__(self, config: Any) -> None:
            self._config = config

        def __getattr__(self, name: str) -> Any:
            if name == "values":
                raise AttributeError(name)
            return getattr(self._config, name)

    import jax

    monkeypatch.setattr(jax, "config", Quiet(jax.config))
    with jax_settings.as_in_grading():
        assert float(jax.jit(jnp.tanh)(0.0)) == 0.0


def test_where_otter_has_other_variables_the_zip_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def main(submission: str, archive: str) -> list[Path]:
        return given_zip.close()

    monkeypatch.setitem(globals(), "__name__", "otter.run")
    assert main("a.ipynb", "autograder.zip") == []


def test_where_otter_has_no_such_loggers_none_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert log_server.address() is None
    monkeypatch.delattr(otter.logging, "get_logger")
    assert log_server.address() is None


MISSING = """\
import sys
for name in ("jaxlib.mlir.dialects.mhlo", "IPython.core.oinspect", "pandas.io.formats.string"):
    sys.modules[name] = None  # to import it raises
{load}
print("loaded")
"""


@pytest.mark.parametrize(
    "load",
    [
        "from autograder.sandbox.confined import needed, shell; needed.load()",
        "from autograder.classroom import warm_grader; warm_grader.import_ahead()",
    ],
)
def test_what_is_only_imported_ahead_may_be_missing(load: str) -> None:
    # IPython itself needs one of them: where it is missing, another release has no need of it.
    code = MISSING.replace('"IPython.core.oinspect", ', "").format(load=load)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("loaded\n", 0), done.stderr


@pytest.mark.parametrize("threads", ["1", "3"])
def test_a_submission_may_have_any_number_of_threads(threads: str) -> None:
    code = "import jax.numpy as jnp; print(float(jnp.ones((300, 300)).sum()))"
    for variables in ({}, {"NPROC": threads}):
        environment = {**os.environ, **variables}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == "90000.0\n"
