"""What a function is seen to do, and the requirements on it."""
