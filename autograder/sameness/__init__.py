"""What is a right answer besides the reference's own numbers."""
