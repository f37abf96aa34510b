"""The check that a test cell calls, and its messages."""
