"""Errors that a person can fix. Their text says what is wrong, and is shown unchanged."""

from __future__ import annotations

NOT_YOUR_FAULT = "This is not your fault; please tell your instructor."
"""What a student reads behind a fault that no answer can have caused."""


class BuildError(Exception):
    """The assignment cannot be built. The text names the question and what to change."""


class DeclarationError(ValueError):
    """A question's declaration cannot work. The text names the question, the field and its
    value.
    """


class Refused(Exception):
    """A submission cannot be graded. The text says what it is, and what to submit."""
