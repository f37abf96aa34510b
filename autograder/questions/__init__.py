"""What an author declares in a master notebook."""
