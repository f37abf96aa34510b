"""`python -m autograder`, which is the same as the command `autograder`."""

from __future__ import annotations

import os
import re
import sys


def main() -> None:
    """Run the command line. The import is in the function because each process of a cluster imports
    this module again and does not need it.
    """
    _forget_this_folder()
    from autograder.runtime.ending import skip_final_collection

    skip_final_collection()
    try:
        from autograder.cli import main as command
        from autograder.console import print_what_it_can

        print_what_it_can()
        command(prog_name="autograder")
    except ModuleNotFoundError as fault:
        if fault.name not in _of_the_extra():
            raise
        sys.exit(
            f"The command `autograder` is for instructors, and {fault.name}, which it needs, is "
            'not installed. Type: pip install "otter-arrays[build]"'
        )


def _of_the_extra() -> set[str]:
    """The modules of the packages that a build needs and a student's check does not."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        found = requires("otter-arrays") or []
    except PackageNotFoundError:
        return set()
    return {re.split(r"\W", text)[0] for text in found if re.search(r"extra == .build", text)}


def _forget_this_folder() -> None:
    """Import from the same places as the command `autograder`. `python -m` puts the current folder
    in front of them, and submissions may lie there.
    """
    if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 - as Python has written it
        del sys.path[0]


if __name__ == "__main__":
    main()
