"""The cluster for a class that is graded on this machine."""

from __future__ import annotations

from autograder.classroom.cluster import connect


def test_two_classes_are_graded_at_once_without_a_warning() -> None:
    with connect(None, 1) as one, connect(None, 1) as other:
        assert one.submit(sum, (1, 2)).result() == other.submit(sum, (1, 2)).result() == 3
