"""What the kernel notes about its tests, and which tests a second kernel leaves out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbclient.exceptions import DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor

from autograder.grading.hangs import HUNG, MOST, NOT_RUN, Journal, graded_again

NAMES = ["q1", "q2", "q3", "q4", "q5"]


def hang(journal: Journal, test: str) -> None:
    journal.begins(test)
    journal.mark.write_text("Timeout (0:01:45)!\n")


def test_a_test_that_ended_its_process_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.left_out() == ({}, 0.0)
    journal.begins("q1")
    journal.note_end("q1")
    hang(journal, "q2")
    assert journal.leave_out_the_last(NAMES, 12.5)
    assert Journal(tmp_path).left_out() == ({"q2": HUNG}, 12.5)


def test_a_process_that_ended_otherwise_charges_nobody(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert not journal.leave_out_the_last(NAMES, 1.0)
    journal.begins("q1")  # then it is killed from outside
    journal.mark.touch()
    assert not journal.leave_out_the_last(NAMES, 1.0)
    hang(journal, "q1")
    journal.note_end("q1")  # then it is killed after the test
    assert not journal.leave_out_the_last(NAMES, 1.0)
    assert journal.left_out() == ({}, 0.0)


def test_after_so_many_only_those_are_run_that_have_ended_before(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begins("q1")
    journal.note_end("q1")
    for test in NAMES[1 : 1 + MOST]:
        hang(journal, test)
        assert journal.leave_out_the_last(NAMES, 1.0)
    assert journal.left_out()[0] == {"q2": HUNG, "q3": HUNG, "q4": HUNG, "q5": NOT_RUN}


def test_the_kernel_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, started = Journal(tmp_path), []

    def preprocess(_: Any, nb: Any, resources: Any, km: Any) -> Any:
        started.append(journal.left_out()[0])
        if len(started) == 1:
            hang(journal, "q3")
        if len(started) < 3:
            raise DeadKernelError("Kernel died")
        return nb, resources

    monkeypatch.setattr(ExecutePreprocessor, "preprocess", preprocess)
    with graded_again(journal, tmp_path), pytest.raises(DeadKernelError):
        ExecutePreprocessor.preprocess(SimpleNamespace(), {})
    assert started == [{}, {"q3": HUNG}]
    assert ExecutePreprocessor.preprocess is preprocess
