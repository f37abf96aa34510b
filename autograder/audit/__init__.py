"""Grade the grader: put answers with known verdicts through the tests."""
