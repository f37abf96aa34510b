"""What `otter assign` could not read is reported before it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment.otter_assign import check_readable, refused_solution
from autograder.errors import BuildError


def test_what_is_no_notebook_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"absent\.ipynb does not exist$"):
        check_readable(tmp_path / "absent.ipynb")
    (tmp_path / "text.ipynb").write_text("hello")
    with pytest.raises(BuildError, match=r"text\.ipynb is not a Jupyter notebook: "):
        check_readable(tmp_path / "text.ipynb")


SAID = """\
Traceback (most recent call last):
  File "otter/assign/utils.py", line 244, in run_tests
    raise RuntimeError(
RuntimeError: Some autograder tests failed in the autograder notebook:
    q1 results:
        q1 - 1 result:
            ✅ Test case passed

        q1 - 2 result:
            ❌ Test case failed
            Error at line 16 in test q1:
                  check('f', f, cases='corners')
            CheckFailed: f returned None. Is a `return` missing?

            3 of 3 cases fail.
"""


def test_a_solution_that_fails_is_told_what_its_student_would_read() -> None:
    assert refused_solution("a.ipynb", SAID) == (
        "a.ipynb: the solution does not pass all tests of the assignment. A student who submits "
        "it would read:\n"
        "q1 - 2:\n"
        "  Error at line 16 in test q1:\n"
        "        check('f', f, cases='corners')\n"
        "  CheckFailed: f returned None. Is a `return` missing?\n\n"
        "  3 of 3 cases fail."
    )
    assert refused_solution("a.ipynb", "RuntimeError: another") == ""
