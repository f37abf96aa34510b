"""What Gradescope starts around Otter."""
