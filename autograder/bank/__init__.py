"""What is stored of an assignment, and how."""
