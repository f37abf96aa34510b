"""Decide whether an answer is right, and if not, why."""
