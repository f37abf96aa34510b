"""A grader that is kept warm. It imports Otter's runner once and forks a child for each submission;
their workers come from one nursery. Where processes cannot fork, each child is a new interpreter.

Each submission is graded as in a container (`autograder.container.launcher`): a valid result is
written first, and if the child dies, the result says so. Started as `python -I -m
autograder.classroom.warm_grader`, it reads one line of JSON for each submission, {"root": the
folder laid out as on Gradescope}. It answers each with one line, which adds whether the result is
valid (see `autograder.container.launcher.main`). Otter's output goes to `output.txt` in that
folder. The process ends at the end of its input.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import sys
from pathlib import Path
from typing import IO

import nbformat
from jupyter_client.localinterfaces import local_ips

from autograder.container import launcher, runner
from autograder.grading import provisioner
from autograder.runtime import installed, switches, system
from autograder.runtime.fork import Forked
from autograder.runtime.jax_settings import RARELY
from autograder.sandbox import nursery, own_process, surroundings

_IMPORTED_AHEAD = (
    "otter.check.notebook",
    "otter.execute.preprocessor",
    "otter.plugins",
    "nbconvert.preprocessors",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "pandas.io.formats.string",
    "autograder.otter_plugin",
    "autograder.grading.kernel",
)


def main() -> None:
    """Answer requests from standard input on standard output until the input ends."""
    installed.import_only_that()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if system.FORKS:
        _get_ready()
    workers = (
        nursery.Nursery(surroundings.import_path(), surroundings.variables("/"))
        if system.FORKS and switches.is_enabled("warm")
        else None
    )
    if workers is not None:
        os.environ[nursery.VARIABLE] = str(workers.requests)
    for line in sys.stdin:
        root = Path(json.loads(line)["root"])
        with (
            (root / launcher.OUTPUT).open("w", encoding="utf-8") as output,
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(output),
        ):
            holds = launcher.main(root, container=False, start=functools.partial(_grader, output))
        answers.write(json.dumps({"root": str(root), "holds": holds}) + "\n")
        answers.flush()
    if workers is not None:
        workers.close()


def import_ahead() -> None:
    """Import what each child needs. What a release does not have is left out."""
    for needed in _IMPORTED_AHEAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(needed)


def _get_ready() -> None:
    """Import and do what each child would otherwise have to."""
    import_ahead()
    nbformat.validate(nbformat.v4.new_notebook())  # compiles the schema
    provisioner.prepare()  # searches every installed package
    local_ips()  # asks the system for every network interface
    own_process.protect_this_process()
    gc.freeze()  # the imported objects stay, so no child need examine them again
    gc.set_threshold(RARELY, 20, 20)


def _grader(output: IO[str], root: Path, container: bool) -> launcher.Grader:
    if not system.FORKS:
        return launcher.new_interpreter(root, container, output)

    def grade() -> None:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        os.environ.update(launcher.environment())
        os.chdir(root)
        runner.grade(root, container=container)

    return Forked(grade, "otter-grader")


if __name__ == "__main__":
    main()
