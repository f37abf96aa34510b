"""What stops an author before any student is graded."""


class BuildError(Exception):
    """The assignment cannot be built; the text names the question and what to change."""
