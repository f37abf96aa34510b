"""Call a function that somebody else wrote, and report the outcome."""
