"""The shell that runs a submission's cells. Notebook lines that are not Python do what they do in
Jupyter, as far as grading allows.

No program is started. In Jupyter a program that fails raises nothing, so a cell that begins with
`!pip install` continues here too. No picture is shown: figures are drawn in memory and closed after
the cell or the call that drew them, as Jupyter does after a cell.
"""

from __future__ import annotations

import builtins
import contextlib
import getpass
import itertools
import sys
from typing import Any, NoReturn

from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import LSString, SList
from traitlets.config import Config

from autograder.sandbox.confined import in_threads, programs, softened

NOT_STARTED = "`{command}` was not run: grading starts no programs."

COMMAND_SHOWN = 80
"""At most this many characters of a command are repeated."""

_PROGRAMS_OF_LINES = ("pip", "conda", "mamba", "micromamba", "uv")

_PROGRAMS_OF_CELLS = (
    "bash",
    "cmd",
    "perl",
    "pypy",
    "python",
    "python2",
    "python3",
    "ruby",
    "script",
    "sh",
    "shell",
    "sx",
    "system",
    "!",
)

_OF_THE_BROWSER = (
    *(
        "autosave",
        "clear",
        "cls",
        "connect_info",
        "ed",
        "edit",
        "less",
        "man",
        "more",
        "notebook",
        "qtconsole",
        "subshell",
    ),
    *("tensorboard", "tensorflow_version"),
)
"""Line magics that a notebook page provides (Jupyter's and Colab's) and that do not affect the
computation.
"""


class Shell(InteractiveShell):
    """IPython's shell without programs and pictures."""

    kernel = None
    """The attribute exists because Jupyter's shell has a kernel."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        # No database of earlier sessions: nobody asks for them here, and to make one takes time.
        # `In`, `Out` and the magics that use them work without it.
        settings["config"] = Config({"HistoryManager": {"enabled": False}})
        super().__init__(*arguments, **settings)  # type: ignore[no-untyped-call]
        self._told: set[str] = set()
        self._lacks_an_extension = False
        # `f?` shows its page beside the notebook.
        self.set_hook("show_in_pager", lambda *_, **__: None, 1)  # type: ignore[no-untyped-call]
        programs.fail_to_start(self._not_started)
        in_threads.instead_of_processes()
        softened.soften()
        builtins.input = getpass.getpass = _nobody_to_ask

    def system(self, cmd: str) -> None:
        """Report a line with `!` as not started."""
        self._not_started(cmd)

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Report `name = !command` as not started, and return no lines."""
        self._not_started(cmd)
        return SList() if split else LSString()

    def ask_exit(self) -> None:
        """Ignore `exit()`, because Jupyter, too, runs the cell to its end."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: without a window, there is no event loop."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Draw in memory. Does not import Matplotlib, which may never be needed; its variable
        MPLBACKEND already selects the backend.
        """
        if "matplotlib" in sys.modules:
            sys.modules["matplotlib"].use("Agg")
        return gui, "agg"

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if magic_name in _PROGRAMS_OF_LINES:
            return self._not_started(f"{magic_name} {line}")
        if magic_name in _OF_THE_BROWSER:
            return None
        if magic_name in ("load_ext", "reload_ext"):
            return self._load_extension(magic_name, line)
        if self.find_line_magic(magic_name) is None:  # type: ignore[no-untyped-call]
            if magic_name == "store":
                super().run_line_magic("load_ext", "storemagic")  # Jupyter loads it at startup
            elif self._lacks_an_extension:
                # a missing extension may define it
                print(f"`%{magic_name}` is not known here.")
                return None
        if magic_name == "config" and line.lstrip().startswith("InlineBackend"):
            self._know_the_inline_backend()
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        if magic_name not in _PROGRAMS_OF_CELLS:
            return super().run_cell_magic(magic_name, line, cell)  # type: ignore[no-untyped-call]
        words = line.split()
        for option, name in itertools.pairwise(words):
            if option in ("--out", "--err"):
                self.user_ns[name] = ""
        program = {"script": " ".join(words), "!": "sh", "sx": "sh", "system": "sh"}.get(
            magic_name, magic_name
        )
        return self._not_started(program)

    def close_figures(self) -> None:
        """Close all figures."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            with contextlib.suppress(Exception):  # by now, pyplot may be the submission's own
                pyplot.close("all")

    def _not_started(self, command: str) -> None:
        self.user_ns["_exit_code"] = programs.NOT_FOUND
        first = (command.strip().splitlines() or [""])[0]
        shown = first if len(first) <= COMMAND_SHOWN else f"{first[:COMMAND_SHOWN]}…"
        if shown not in self._told:
            self._told.add(shown)
            print(NOT_STARTED.format(command=shown))

    def _load_extension(self, magic_name: str, line: str) -> Any:
        """Load an extension as Jupyter does. If it is not installed here, only print a message: it
        was installed where the notebook was written.
        """
        try:
            return super().run_line_magic(magic_name, line)
        except ImportError:
            self._lacks_an_extension = True
            print(f"The extension {line.strip()} is not installed here.")
            return None

    def _know_the_inline_backend(self) -> None:
        from matplotlib_inline.config import InlineBackend

        known: list[Any] = self.configurables
        if not any(isinstance(found, InlineBackend) for found in known):
            known.append(InlineBackend.instance())


def _nobody_to_ask(*_: Any, **__: Any) -> NoReturn:
    """Replace `input`: raise what Jupyter raises when it runs a notebook without a person."""
    raise StdinNotImplementedError(
        "raw_input was called, but this frontend does not support input requests."
    )
