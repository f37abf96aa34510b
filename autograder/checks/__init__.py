"""What a test cell calls, and what it says."""
