"""Protect a trusted process before a submission runs."""

from __future__ import annotations

from autograder.sandbox.confined.confine import hide_from_same_user


def protect_this_process() -> None:
    """Stop processes of the same user from inspecting this one. Call this before any worker
    starts.
    """
    hide_from_same_user()
