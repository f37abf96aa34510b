"""Everything that runs inside the process of a submission."""
