"""ipykernel's application, in a process that has already imported modules which a kernel patches.

A kernel that is started anew first patches parts of the standard library, and everything imported
later sees the patches. Here Otter was imported before.
"""

from __future__ import annotations

import pdb

from ipykernel.kernelapp import IPKernelApp


class Application(IPKernelApp):
    """The kernel, which also patches what was derived earlier from the parts that it patches."""

    def init_pdb(self) -> None:
        """Replace Python's debugger with IPython's, also as a base class: doctest derives its own
        debugger from it for each run.
        """
        plain = pdb.Pdb
        super().init_pdb()  # type: ignore[no-untyped-call]
        for derived in plain.__subclasses__():
            # in every kernel, IPython's own debugger is derived from it
            if not issubclass(pdb.Pdb, derived):
                derived.__bases__ = tuple(
                    pdb.Pdb if base is plain else base for base in derived.__bases__
                )
