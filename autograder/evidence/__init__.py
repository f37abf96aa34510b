"""What a function is seen to do while it runs, and the requirements on it."""
