"""`python -m autograder`, the same as the command `autograder`."""


def main() -> None:
    """Read the command line. Imported here: each process of a cluster imports this module again, and needs nothing of it."""
    from autograder.cli import main as command
    from autograder.ending import without_a_last_look

    without_a_last_look()
    command(prog_name="autograder")


if __name__ == "__main__":
    main()
