"""What else than the reference's own numbers is a right answer."""
