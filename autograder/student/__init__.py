"""What a student's notebook does besides checking: bring its files, hand in what was checked."""
