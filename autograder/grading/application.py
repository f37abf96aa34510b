"""ipykernel's application, for a process that has already imported modules which a kernel patches.

A newly started kernel first patches parts of the standard library, and everything imported later
sees the patches. Here Otter was imported first.
"""

from __future__ import annotations

import pdb

from ipykernel.kernelapp import IPKernelApp


class Application(IPKernelApp):
    """The kernel, which also patches what was derived earlier from the parts that it patches."""

    def init_pdb(self) -> None:
        """Replace Python's debugger with IPython's, also as a base class, because doctest derives a
        debugger of its own for each run.
        """
        plain = pdb.Pdb
        super().init_pdb()  # type: ignore[no-untyped-call]
        for derived in plain.__subclasses__():
            # every kernel derives IPython's own debugger from it
            if not issubclass(pdb.Pdb, derived):
                derived.__bases__ = tuple(
                    pdb.Pdb if base is plain else base for base in derived.__bases__
                )
