"""ipykernel's application, in a process that has imported already what a kernel changes.

A kernel that is started anew changes parts of Python's library first, and everything that is imported later finds them changed. Here Otter was imported
before.
"""

from __future__ import annotations

import pdb

from ipykernel.kernelapp import IPKernelApp


class Application(IPKernelApp):
    """The kernel, which changes also what was made of the parts that it changes."""

    def init_pdb(self) -> None:
        """Put IPython's debugger in the place of Python's, also below what was derived from that: doctest has a debugger of its own for each run."""
        plain = pdb.Pdb
        super().init_pdb()  # type: ignore[no-untyped-call]
        for derived in plain.__subclasses__():
            if not issubclass(pdb.Pdb, derived):  # IPython's own is derived from it in every kernel
                derived.__bases__ = tuple(pdb.Pdb if base is plain else base for base in derived.__bases__)
