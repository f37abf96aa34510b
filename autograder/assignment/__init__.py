"""Build the two folders and the zip of an assignment from a master notebook."""
