"""The system calls of a submission's process, by name and number: which ones pass the filter and
why, and how the filter answers the others.

Numbers are those of the kernel's own headers (`asm/unistd_64.h`, `asm-generic/unistd.h`), in the
order (x86_64, aarch64). None means that the architecture lacks the call.
"""

from __future__ import annotations

from collections.abc import Mapping

Numbers = Mapping[str, tuple[int | None, int | None]]

# ruff would format each of these tables with one entry on a line, which makes four pages.
# fmt: off
ALLOWED: Mapping[str, Numbers] = {
    "files, of which Landlock says which it reaches": {
        "open": (2, None), "openat": (257, 56), "creat": (85, None), "close": (3, 57),
        "close_range": (436, 436), "read": (0, 63), "write": (1, 64), "readv": (19, 65),
        "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68), "preadv": (295, 69),
        "pwritev": (296, 70), "preadv2": (327, 286), "pwritev2": (328, 287), "lseek": (8, 62),
        "sendfile": (40, 71), "copy_file_range": (326, 285), "stat": (4, None), "fstat": (5, 80),
        "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, None),
        "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, None),
        "readlinkat": (267, 78), "getdents": (78, None), "getdents64": (217, 61),
        "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, None),
        "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35),
        "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
        "truncate": (76, 45), "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83),
        "fadvise64": (221, 223), "readahead": (187, 213), "statfs": (137, 43),
        "fstatfs": (138, 44), "umask": (95, 166), "dup": (32, 23), "dup2": (33, None),
        "dup3": (292, 24),
    },
    "its own memory": {
        "brk": (12, 214), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226),
        "madvise": (28, 233), "msync": (26, 227), "mincore": (27, 232), "mbind": (237, 235),
        "set_mempolicy": (238, 237), "get_mempolicy": (239, 236), "membarrier": (324, 283),
    },
    "its own threads": {
        "futex": (202, 98), "futex_waitv": (449, 449), "set_robust_list": (273, 99),
        "rseq": (334, 293), "set_tid_address": (218, 96), "gettid": (186, 178),
        "sched_yield": (24, 124), "getcpu": (309, 168), "sched_getaffinity": (204, 123),
        "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
        "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
        "exit": (60, 93), "exit_group": (231, 94), "restart_syscall": (219, 128),
    },
    "its own signals and alarms": {
        "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
        "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
        "sigaltstack": (131, 132), "pause": (34, None), "alarm": (37, None),
        "setitimer": (38, 103), "getitimer": (36, 102),
    },
    "waiting, and pipes to itself": {
        "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
        "epoll_create": (213, None), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
        "epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441),
        "eventfd": (284, None), "eventfd2": (290, 19), "pipe": (22, None), "pipe2": (293, 59),
        "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "wait4": (61, 260),
        "waitid": (247, 95),
    },
    "socket pairs to itself, which event loops need": {
        "sendto": (44, 206), "recvfrom": (45, 207), "shutdown": (48, 210),
        "getsockname": (51, 204), "getpeername": (52, 205), "getsockopt": (55, 209),
        "setsockopt": (54, 208),
    },
    "facts about itself, the machine and the time": {
        "getpid": (39, 172), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175),
        "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
        "getresgid": (120, 150), "getgroups": (115, 158), "getpgid": (121, 155),
        "getpgrp": (111, None), "getsid": (124, 156), "getpriority": (140, 141),
        "getrlimit": (97, 163), "setrlimit": (160, 164), "getrusage": (98, 165),
        "sysinfo": (99, 179), "uname": (63, 160), "capget": (125, 90), "getrandom": (318, 278),
        "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169),
        "time": (201, None), "times": (100, 153),
    },
}
"""The calls that pass with any argument, by purpose. Measured from what JAX, Flax, NumPy, SciPy,
pandas, matplotlib, sqlite3, IPython and asyncio ask for, plus what C libraries use in its place
elsewhere.
"""

WITHOUT_EFFECT: Numbers = {
        "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
        "flock": (73, 32),
}
"""Answered with success, without doing anything: copies set modes, and no lock keeps anybody
out.
"""

NOT_SUPPORTED: Numbers = {
        "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "getxattr": (191, 8),
        "lgetxattr": (192, 9), "fgetxattr": (193, 10), "listxattr": (194, 11),
        "llistxattr": (195, 12), "flistxattr": (196, 13), "removexattr": (197, 14),
        "lremovexattr": (198, 15), "fremovexattr": (199, 16), "setxattrat": (463, 463),
        "getxattrat": (464, 464), "listxattrat": (465, 465), "removexattrat": (466, 466),
}
"""Answered as on a file system without attributes."""

UNKNOWN_HERE: Numbers = {
        "clone3": (435, 435), "openat2": (437, 437),
}
"""Answered as by an older kernel: the C library then uses a call that can be checked."""

CHECKED: Numbers = {
        "kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261),
        "setpriority": (141, 140), "sched_setaffinity": (203, 122), "prctl": (157, 167),
        "fcntl": (72, 25), "ioctl": (16, 29), "clone": (56, 220), "socketpair": (53, 199),
        "mmap": (9, 222), "arch_prctl": (158, None),
}
"""Calls that pass only with some arguments; `seccomp` says which."""

# fmt: on
LAST_KNOWN = 450
"""Calls with larger numbers are newer than this table. Every program has a way to do without
them.
"""
