"""One submission inside Otter."""
