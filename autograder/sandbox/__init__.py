"""The confined process that runs a submission's code, and the trusted side that sends it requests.

`wire` carries the messages between them, `confined.confine` limits what the process may do,
`confined.worker` runs in it, and `host` starts and ends it.
"""
