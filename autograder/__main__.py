"""`python -m autograder`, the same as the command `autograder`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line. The import is here because each process of a cluster imports this
    module again, and needs nothing of it.
    """
    _forget_this_folder()
    from autograder.cli import main as command
    from autograder.console import print_what_it_can
    from autograder.runtime.ending import skip_final_collection

    print_what_it_can()
    skip_final_collection()
    command(prog_name="autograder")


def _forget_this_folder() -> None:
    """Import from the same places as the command `autograder`: `python -m` adds the current folder
    in front of them, in which submissions may lie.
    """
    if sys.path[:1] == [os.getcwd()]:  # noqa: PTH109 - as Python has written it
        del sys.path[0]


if __name__ == "__main__":
    main()
