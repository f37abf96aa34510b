"""From declared questions to banks."""
