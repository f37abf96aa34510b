"""seccomp: a process gives up system calls that array code does not need.

Numbers of system calls and structures are those of the kernel's own headers (`asm/unistd_64.h`,
`asm-generic/unistd.h`, `linux/seccomp.h`).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from autograder.runtime.linux import PR_SET_SECCOMP, prctl

_ERRNO, _ALLOW, _KILL = 0x00050000, 0x7FFF0000, 0x80000000

# Refused outright, by name: (x86_64, aarch64); None where the architecture lacks the call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "sethostname": (170, 161),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "setpriority": (141, 140),
    "setsid": (112, 157),
    "socket": (41, 198),
}
# Allowed only on the process itself: the first argument must be its own number (or 0).
_ON_ITSELF: dict[str, tuple[int, int]] = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_tgsigqueueinfo": (297, 240),
    "prlimit64": (302, 261),
}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_CLONE_THREAD = 0x00010000
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def refuse_system_calls() -> None:
    """Put the filter on this process, permanently. Raises `OSError` or, on another architecture,
    `KeyError`.
    """
    column, audit = _ARCHITECTURES[platform.machine()]
    program = _filter(column, audit, os.getpid())
    content = b"".join(struct.pack("<HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(content)
    header = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, 2, ctypes.c_char_p(header))


def _filter(column: int, audit: int, own: int) -> list[tuple[int, int, int, int]]:
    """The BPF program, as tuples (code, jump if true, jump if false, constant)."""
    refuse = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    number, architecture, first = 0, 4, 16
    program = [
        (_LOAD, 0, 0, architecture),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, number),
        # the x32 interface of x86_64 has other numbers for the same calls
        (_AT_LEAST, 0, 1, 0x40000000),
        refuse,
        (_EQUAL, 0, 1, _CLONE3[column]),
        # the C library then falls back to clone, whose flags the filter can check
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD, 0, 0, first),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        refuse,
        allow,
    ]
    for numbers in _ON_ITSELF.values():
        program += [
            (_EQUAL, 0, 5, numbers[column]),
            (_LOAD, 0, 0, first),
            (_EQUAL, 2, 0, own),
            (_EQUAL, 1, 0, 0),
            refuse,
            allow,
        ]
    for choices in _REFUSED.values():
        refused = choices[column]
        if refused is not None:
            program += [(_EQUAL, 0, 1, refused), refuse]
    return [*program, allow]
