"""Call a function that somebody else wrote, and say what came of it."""
