"""From a master notebook to the two folders and the zip."""
