"""Grade the grader: answers with known verdicts go through the tests."""
