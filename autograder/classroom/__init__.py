"""Grade a whole class: many submissions of one assignment, on this machine or on a Dask cluster,
and report what they have in common.
"""
