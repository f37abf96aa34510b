"""The surroundings of a submission's process: environment variables, modules, and the files that it
may read.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Collection, Sequence
from importlib import resources
from pathlib import Path

from autograder.runtime import machine, switches, system
from autograder.runtime.compiler_flags import compiler_flags, own_compiler_flags

BOOT = "import gc, sys; gc.disable(); sys.path[:] = {path!r}; "
"""How the program of a submission's process begins. Its imports make almost no cycles, and to look
for some takes a sixth of their time. `autograder.sandbox.confined.needed` enables the garbage
collection again, before any code of a submission runs.
"""

_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/passwd",
    "/etc/nsswitch.conf",
    "/etc/fonts",
    "/etc/mime.types",
)
_KERNEL = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup",
)
_DEVICES = ("/dev/urandom", "/dev/random")


def variables(scratch: str, without: Collection[str] = ()) -> dict[str, str]:
    """The environment variables of a submission's process. It inherits only those of JAX and XLA.
    `without` names further shortcuts to switch off.
    """
    left_out = {**dict.fromkeys(switches.left_out()), **dict.fromkeys(without)}
    return {
        **system.needed_variables(),
        **system.home_variables(scratch),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "JOBLIB_MULTIPROCESSING": "0",
        # each arena reserves address space, and the default is eight for each core
        "MALLOC_ARENA_MAX": "4",
        "JAX_PLATFORMS": "cpu",
        **{name: value for name, value in os.environ.items() if name.startswith(("JAX_", "XLA_"))},
        "XLA_FLAGS": own_compiler_flags() if "unoptimised" in left_out else compiler_flags(),
        switches.VARIABLE: ",".join(left_out),
        **dict.fromkeys(("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(machine.cpus())),
    }


def import_path(hidden: Sequence[str] = ()) -> list[str]:
    """The import path of a submission's process: without the hidden folders and the current one,
    and with the folder of this package.
    """
    own = str(Path(str(resources.files("autograder"))).parent)
    return [
        entry
        for entry in dict.fromkeys([*sys.path, own])
        if entry
        and not any(
            Path(entry).resolve().is_relative_to(Path(secret).resolve()) for secret in hidden
        )
    ]


def readable() -> list[str]:
    """The files and folders that the process may read: what is installed, and little of the
    system.
    """
    installed = [
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        str(resources.files("autograder")),
        *sysconfig.get_paths().values(),
    ]
    installed += [
        entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")
    ]
    return [*sorted({os.path.realpath(path) for path in installed}), *_SYSTEM, *_KERNEL, *_DEVICES]
