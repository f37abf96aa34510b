"""`python -m autograder`, the same as the command `autograder`."""

from __future__ import annotations


def main() -> None:
    """Run the command line. The import is here because each process of a cluster imports this
    module again, and needs nothing of it.
    """
    from autograder.cli import main as command
    from autograder.runtime.ending import skip_final_collection

    skip_final_collection()
    command(prog_name="autograder")


if __name__ == "__main__":
    main()
