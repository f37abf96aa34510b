"""`grader`, Otter's object for a student's notebook, which also finds the notebook's file and says
whether it holds what was checked.

Everything else is Otter's own class.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import otter
from otter.test_files import GradingResults

from autograder.runtime import log_server
from autograder.student import colab, places, saved

UNENCRYPTED = "Kernel is running over TCP without encryption"
"""A line of a kernel's log that Otter shows as a warning, although the kernel runs on this
machine.
"""


class Notebook(otter.Notebook):
    """The `grader` of the notebook `name`, such as "scale-rows.ipynb"."""

    def __init__(self, name: str, tests_dir: str = "./tests", **options: Any) -> None:
        self.name, self.tests = name, Path(tests_dir)
        file = notebook_file(name)
        super().__init__(None if file is None else str(file), tests_dir, **options)

    def check_all(self) -> Any:
        """Check every question, or say why there is none to check."""
        questions = sorted(path.stem for path in self.tests.glob("*.py"))
        if not questions:
            print(
                f"There are no tests in {self.tests.resolve()}, so nothing was checked. Run the "
                "first cell of the notebook again; it says what is missing."
            )
            return None
        environment = _names_of_the_notebook()
        return GradingResults([self.check(each, environment) for each in questions])

    def export(self, nb_path: str | None = None, **options: Any) -> None:
        """Make the zip to hand in from the notebook's file, or say how to hand in without one."""
        if log_server.address() is not None:
            return  # Otter is running the notebook to check it; this call would start that again
        file = None if nb_path is None else Path(nb_path)
        in_browser = file is None and places.here() is places.COLAB
        if in_browser:
            file = Path(self.name) if colab.write_notebook(Path(self.name)) else None
        elif file is None:
            file = notebook_file(self.name)
        if file is None:
            print(_by_hand())
            return
        if in_browser:
            options |= {"force_save": False, "display_link": False}
        at = f"{datetime.datetime.now():%Y_%m_%dT%H_%M_%S_%f}"
        archive = Path(options.pop("export_path", None) or f"{file.with_suffix('')}_{at}.zip")
        # Otter refuses to export on Colab because there is no file. Now there is one.
        before: Any = self.interpreter
        self.interpreter: Any = None
        try:
            with warnings.catch_warnings(record=True) as caught:
                super().export(str(file), str(archive), **options)
        finally:
            self.interpreter = before
        _show_others(caught)
        if in_browser and not colab.download(archive):
            print(f"Download {archive.name} from the “Files” panel on the left, and hand it in.")
        print(self._says_what_it_holds(file, archive))

    def _says_what_it_holds(self, file: Path, archive: Path) -> str:
        names = saved.names_in_tests(self.tests) if self.tests.is_dir() else set()
        other = saved.not_in_file(file, _cells_run(), names)
        if not other:
            return f"{archive.name} contains {file.name} as it was last saved. Hand it in."
        return (
            f"DO NOT HAND IN {archive.name}: {' and '.join(other)} in it "
            f"{'is' if len(other) == 1 else 'are'} not what you last ran. Either {file.name} is "
            "not saved, or you have changed the cell since. Run the cell, save the notebook "
            "(Ctrl+S), and run this cell again."
        )


def notebook_file(name: str) -> Path | None:
    """The file of the open notebook that was handed out as `name`.

    A browser may have saved it as "NAME (1).ipynb", or the student may have renamed it. None if
    there is no such file, or if several could be the open one.
    """
    told = os.environ.get("JPY_SESSION_NAME") or _names_of_the_notebook().get("__vsc_ipynb_file__")
    if told and Path(Path(told).name).is_file():
        return Path(Path(told).name)
    if Path(name).is_file():
        return Path(name)
    # The file is JSON, and its cell that makes `grader` names the notebook.
    made_by = f"Notebook({json.dumps(name)}".replace('"', '\\"')
    others = [path for path in Path().glob("*.ipynb") if made_by in path.read_text("utf-8")]
    return others[0] if len(others) == 1 else None


def _by_hand() -> str:
    place = places.here()
    return (
        f"This notebook's file is not in {Path.cwd()}, so no zip was made. Download the "
        f"notebook ({place.download}), and hand in that .ipynb file: it is all that grading needs."
    )


def _shell() -> Any:
    """The IPython of this notebook, or None."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _names_of_the_notebook() -> dict[str, Any]:
    shell = _shell()
    return {} if shell is None else shell.user_ns


def _cells_run() -> list[str]:
    """The sources of the cells that ran since the kernel started."""
    shell = _shell()
    return [] if shell is None else list(shell.history_manager.input_hist_raw)


def _show_others(caught: list[warnings.WarningMessage]) -> None:
    """Show the warnings that Otter gave, without the kernel's line about its connection."""
    for each in caught:
        lines = [line for line in str(each.message).splitlines() if line.strip()]
        lines = [line for line in lines if UNENCRYPTED not in line]
        if lines:
            warnings.warn("\n".join(lines), each.category, stacklevel=3)
