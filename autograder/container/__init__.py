"""The programs that Gradescope starts around Otter."""
