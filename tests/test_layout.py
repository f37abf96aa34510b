"""Where tests are: `tests/<package>/test_<module>.py`; in `tests/end_to_end`, those that follow a
submission from end to end; and in `tests/courses`, those that do so with masters of public courses.

If a module has no test file of its own, the docstring of the file that covers it names it after
"Covers too:", or after "Runs too:" if that file only runs it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from shared import ROOT

TESTS = ROOT / "tests"
WHOLE_ROAD = (TESTS / "end_to_end", TESTS / "courses", TESTS / "versions")
OF_NO_MODULE = {
    TESTS / "test_boundaries.py",
    TESTS / "test_contributing.py",
    TESTS / "test_layout.py",
    TESTS / "test_private_names.py",
}

MODULES = {
    path.relative_to(ROOT / "autograder")
    for path in (ROOT / "autograder").rglob("*.py")
    if path.name != "__init__.py"
}
TEST_FILES = {
    path for path in TESTS.rglob("test_*.py") if not path.is_relative_to(TESTS / "attacks")
}


def file_of(module: Path) -> Path:
    return TESTS / module.parent / f"test_{module.name}"


def dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts)


def named_in(file: Path) -> list[str]:
    """The modules that a test file's docstring says it also covers or runs."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return re.findall(
        r"`([\w.]+)`",
        "".join(re.findall(r"(?:Covers|Runs) too:(.*?)\.(?:\s|$)", docstring, re.DOTALL)),
    )


def test_every_module_has_a_test_file_or_is_named_in_one() -> None:
    named = {name for file in TEST_FILES for name in named_in(file)}
    assert (
        sorted(
            dotted(module)
            for module in MODULES
            if not file_of(module).exists() and dotted(module) not in named
        )
        == []
    )


def test_what_is_named_is_a_module_without_a_file_of_its_own_and_named_once() -> None:
    named = Counter(name for file in TEST_FILES for name in named_in(file))
    without = {dotted(module) for module in MODULES if not file_of(module).exists()}
    assert sorted(name for name, times in named.items() if name not in without or times > 1) == []


def test_every_test_file_is_named_after_a_module_or_goes_the_whole_road() -> None:
    of_modules = {file_of(module) for module in MODULES}
    others = TEST_FILES - of_modules - OF_NO_MODULE
    assert (
        sorted(str(file.relative_to(TESTS)) for file in others if file.parent not in WHOLE_ROAD)
        == []
    )


def test_no_folder_of_tests_is_passed_over(pytestconfig: pytest.Config) -> None:
    """pytest's own list would pass over `build`."""
    folders = {part for file in TEST_FILES for part in file.relative_to(TESTS).parent.parts}
    assert folders.isdisjoint(pytestconfig.getini("norecursedirs"))


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lines = {
        str(module): len((ROOT / "autograder" / module).read_text(encoding="utf-8").splitlines())
        for module in MODULES
    }
    assert {module: count for module, count in lines.items() if count > 250} == {}
