"""A whole class: many submissions of one assignment graded by the road of each, on this machine or on a Dask cluster, and what they have in common."""
