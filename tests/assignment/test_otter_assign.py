"""What `otter assign` could not read is told before it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment.otter_assign import check_readable
from autograder.errors import BuildError


def test_what_is_no_notebook_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"absent\.ipynb does not exist$"):
        check_readable(tmp_path / "absent.ipynb")
    (tmp_path / "text.ipynb").write_text("hello")
    with pytest.raises(BuildError, match=r"text\.ipynb is not a Jupyter notebook: "):
        check_readable(tmp_path / "text.ipynb")
