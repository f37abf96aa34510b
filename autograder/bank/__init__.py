"""The stored form of an assignment's cases: records, names and files."""
