"""On PYTHONPATH, this module has each process note its parts in the file that OTTER_ARRAYS_TOLD
names (see `benchmarks.parts`)."""

import os

import recorded

if "OTTER_ARRAYS_TOLD" in os.environ:
    _file = os.open(os.environ["OTTER_ARRAYS_TOLD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.set_inheritable(_file, False)
    recorded.begin(_file)
