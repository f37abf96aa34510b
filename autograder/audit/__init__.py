"""The grader graded: answers with known verdicts, through the tests."""
