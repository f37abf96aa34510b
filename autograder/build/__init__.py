"""Build banks from declared questions."""
