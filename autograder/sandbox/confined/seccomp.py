"""Use seccomp to give up every system call that array code does not need.

The calls that pass are listed (see `system_calls`). Anything else, including whatever a kernel may
add, is refused. Structures and constants are those of the kernel's own headers (`linux/seccomp.h`,
`linux/prctl.h`, `asm-generic/fcntl.h`, `asm-generic/ioctls.h`, `linux/sched.h`), and are the same
on both architectures.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Mapping, Sequence

from autograder.runtime.linux import PR_SET_SECCOMP, prctl, syscall
from autograder.sandbox.confined import system_calls

Instruction = tuple[int, int, int, int]
"""One step of a BPF program: code, steps to skip if true, steps to skip if false, constant."""

_LOAD, _AND, _EQUAL, _ABOVE, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ARCHITECTURES = {"x86_64": (0, 0xC000003E, 317), "aarch64": (1, 0xC00000B7, 277)}
"""For each machine name: the column of the tables, the kernel's number of the architecture, and the
number of the call `seccomp`.
"""

_ALLOW: Instruction = (_RETURN, 0, 0, 0x7FFF0000)
_KILL: Instruction = (_RETURN, 0, 0, 0x80000000)


def _answer(number: int) -> Instruction:
    """Answer with this error, or with success for 0, without doing anything."""
    return (_RETURN, 0, 0, 0x00050000 | number)


_REFUSE, _NOTHING, _ABSENT = _answer(errno.EPERM), _answer(0), _answer(errno.ENOSYS)

# What pthread_create asks for: a thread that shares everything with this one. A thread that did not
# share its files, say, would be invisible to the grader, which inspects the process.
_THREAD = 0x003D0F00
_DETACHED = 0x00400000  # musl sets it, and the kernel ignores it

# Leave out the signal at the parent's death, who may trace, and further filters.
_PRCTL = (2, 3, 15, 16, 23, 39, 0x53564D41)
"""PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ,
PR_GET_NO_NEW_PRIVS, PR_SET_VMA (names of memory areas)."""

# Leave out owners and signals of descriptors, and leases, which hold up others who open the file.
_FCNTL = (0, 1, 2, 3, 5, 36, 1030, 1032, 1034)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_OFD_GETLK, F_DUPFD_CLOEXEC, F_GETPIPE_SZ,
F_GET_SEALS."""
_LOCKS = (6, 7, 37, 38)
_SET_FLAGS, _ASYNC = 4, 0x2000

# Leave out those that set attributes of a file, which need no right to write it.
_IOCTL = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TCGETS2 and TIOCGWINSZ (is it a terminal?), FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""

_ARCH_PRCTL = (0x1021, 0x1022, 0x1023)
"""Whether there are matrix registers, and their use, which decides how products are computed."""

_UNIX, _STREAM, _PAIR_FLAGS = 1, 1, 0x80800
_SHARED_WITHOUT_FILE = 0x21


def refuse_system_calls() -> None:
    """Apply the filter to this process, permanently. Raises `OSError` or, on another architecture,
    `KeyError`.
    """
    column, audit, call = _ARCHITECTURES[platform.machine()]
    steps = program(column, audit, os.getpid())
    buffer = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))
    header = ctypes.c_char_p(struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(buffer)))
    try:
        # include the threads that libraries have already started
        left_over = syscall(call, 1, 1, header)
    except OSError as fault:
        if fault.errno not in (errno.ENOSYS, errno.EINVAL):
            raise
        prctl(PR_SET_SECCOMP, 2, header)  # for a kernel before 3.17
    else:
        if left_over:
            raise OSError(errno.EBUSY, f"thread {left_over} cannot be given the filter")


def program(column: int, audit: int, own: int) -> list[Instruction]:
    """The BPF program for the architecture of `column` and the process with the number `own`."""
    steps: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, audit),
        _KILL,
        (_LOAD, 0, 0, _NUMBER),
    ]
    for name, block in _checks(own).items():
        number = system_calls.CHECKED[name][column]
        if number is not None:
            steps += [(_EQUAL, 0, len(block), number), *block]
    answers: dict[int, Instruction] = {}
    for calls, answer in (
        *((calls, _ALLOW) for calls in system_calls.ALLOWED.values()),
        (system_calls.WITHOUT_EFFECT, _NOTHING),
        (system_calls.NOT_SUPPORTED, _answer(errno.ENOTSUP)),
        (system_calls.UNKNOWN_HERE, _ABSENT),
    ):
        answers |= {row[column]: answer for row in calls.values() if row[column] is not None}  # type: ignore[misc]
    return [*steps, *_by_number(answers), _ABSENT]


def _by_number(answers: Mapping[int, Instruction]) -> list[Instruction]:
    """Give each call its answer. Neighbouring calls with the same answer share one test."""
    steps: list[Instruction] = []
    last = system_calls.LAST_KNOWN
    every = [
        answers.get(number, _REFUSE if number <= last else _ABSENT)
        for number in range(max(last, *answers) + 1)
    ]
    for number, answer in enumerate(every):
        if number + 1 == len(every) or every[number + 1] != answer:
            steps += [(_ABOVE, 1, 0, number), answer]
    return steps


def _checks(own: int) -> dict[str, list[Instruction]]:
    """The answer to each call of `system_calls.CHECKED`, which depends on its arguments."""
    on_itself = [*_when(0, (own,), [_ALLOW]), _REFUSE]
    on_itself_or_0 = [*_when(0, (0, own), [_ALLOW]), _REFUSE]
    no_signals = [_argument(2), (_ANY_BIT, 0, 1, _ASYNC), _REFUSE, _ALLOW]
    one_to_one = [*_mask(1, 0xFFFFFFFF ^ _PAIR_FLAGS), (_EQUAL, 0, 1, _STREAM), _ALLOW, _REFUSE]
    return {
        "mmap": [
            # such memory stays when this process gives its pages back, and no count includes it
            *_mask(3, _SHARED_WITHOUT_FILE),
            (_EQUAL, 0, 1, _SHARED_WITHOUT_FILE),
            _REFUSE,
            _ALLOW,
        ],
        "fcntl": [
            *_when(1, _FCNTL, [_ALLOW]),
            *_when(1, _LOCKS, [_NOTHING]),
            *_when(1, (_SET_FLAGS,), no_signals),
            _REFUSE,
        ],
        "ioctl": [*_when(1, _IOCTL, [_ALLOW]), _answer(errno.ENOTTY)],
        "clone": [
            *_mask(0, 0xFFFFFFFF ^ _DETACHED),
            (_EQUAL, 0, 1, _THREAD),
            _ALLOW,
            _REFUSE,
        ],
        "kill": on_itself,
        "tgkill": on_itself,
        "prlimit64": on_itself_or_0,
        "sched_setaffinity": on_itself_or_0,
        "setpriority": [*_when(0, (0,), [*_when(1, (0,), [_ALLOW]), _REFUSE]), _REFUSE],
        "prctl": [*_when(0, _PRCTL, [_ALLOW]), _REFUSE],
        "arch_prctl": [*_when(0, _ARCH_PRCTL, [_ALLOW]), _REFUSE],
        "socketpair": [*_when(0, (_UNIX,), one_to_one), _REFUSE],
    }


def _argument(place: int) -> Instruction:
    """Load an argument. The kernel reads it as a 32-bit number, except the flags of `mmap` and
    `clone`, whose bits are in the lower half.
    """
    return (_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * place)


def _mask(place: int, bits: int) -> list[Instruction]:
    return [_argument(place), (_AND, 0, 0, bits)]


def _when(place: int, values: Iterable[int], then: Sequence[Instruction]) -> list[Instruction]:
    """Do `then`, which ends in an answer, if the argument at `place` is one of `values`."""
    steps = [_argument(place)]
    for value in values:
        steps += [(_EQUAL, 0, len(then), value), *then]
    return steps
