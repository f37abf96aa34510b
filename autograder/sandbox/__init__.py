"""The confined process that runs a submission's code, and the trusted side that asks it.

`wire` is what crosses between them, `confine` what the process may do, `worker` what runs in it, `host` who starts and ends it.
"""
