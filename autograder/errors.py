"""Errors that a person can fix: their text says what is wrong, and is shown as it is."""

from __future__ import annotations

NOT_YOUR_FAULT = "This is not your fault; please tell your instructor."
"""What a student reads behind a fault that no answer can have caused."""


class BuildError(Exception):
    """The assignment cannot be built; the text names the question and what to change."""


class DeclarationError(ValueError):
    """A question is declared in a way that cannot work; the text names question, field and
    value."""


class Refused(Exception):
    """A submission cannot be graded; the text says what it is, and what to submit."""
