"""Grade one submission inside Otter."""
