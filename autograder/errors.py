"""Errors that a person can fix. Their text says what is wrong, and is shown unchanged."""

from __future__ import annotations


class BuildError(Exception):
    """The assignment cannot be built. The text names the question and what to change."""


class DeclarationError(ValueError):
    """A question's declaration cannot work. The text names the question, the field and its
    value.
    """


class Refused(Exception):
    """A submission cannot be graded. The text says what it is, and what to submit."""
