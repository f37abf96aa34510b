"""Replace the processes of `multiprocessing` by threads of this process.

A submission cannot start a process in grading, and locks between processes need resources that it
lacks. `multiprocessing.dummy` is Python's own version of the interface with threads; this module
adds what is missing there.
"""

from __future__ import annotations

import concurrent.futures
import ctypes
import multiprocessing
import multiprocessing.dummy as threads
import multiprocessing.pool
import os
import queue
import types
from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[Any, Any] = {
    "c": ctypes.c_char,
    "u": ctypes.c_wchar,
    "b": ctypes.c_byte,
    "B": ctypes.c_ubyte,
    "h": ctypes.c_short,
    "H": ctypes.c_ushort,
    "i": ctypes.c_int,
    "I": ctypes.c_uint,
    "l": ctypes.c_long,
    "L": ctypes.c_ulong,
    "q": ctypes.c_longlong,
    "Q": ctypes.c_ulonglong,
    "f": ctypes.c_float,
    "d": ctypes.c_double,
}
"""The types of the letters that `multiprocessing.Value` takes."""


class Process(threads.Process):
    """A thread with the interface of a process. It cannot be stopped from outside."""

    @property
    def pid(self) -> int | None:
        return os.getpid() if self.ident is not None else None

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...


class Queue(queue.Queue):  # type: ignore[type-arg]
    """A thread queue with the interface of a process queue."""

    def close(self) -> None: ...

    def join_thread(self) -> None: ...

    def cancel_join_thread(self) -> None: ...


def pool(
    processes: int | None = None,
    initializer: Any = None,
    initargs: Any = (),
    maxtasksperchild: int | None = None,
) -> Any:
    """A pool of threads."""
    return multiprocessing.pool.ThreadPool(processes, initializer, initargs)


def raw_value(kind: Any, *arguments: Any) -> Any:
    """A ctypes number in this process's own memory."""
    return _TYPES.get(kind, kind)(*arguments)


def raw_array(kind: Any, size_or_initializer: Any) -> Any:
    """A ctypes array in this process's own memory."""
    values = (
        (0,) * size_or_initializer
        if isinstance(size_or_initializer, int)
        else tuple(size_or_initializer)
    )
    return (_TYPES.get(kind, kind) * len(values))(*values)


def value(kind: Any, *arguments: Any, lock: Any = True) -> Any:
    """`raw_value` with a lock, unless `lock` is False."""
    return _lock(raw_value(kind, *arguments), lock)


def array(kind: Any, size_or_initializer: Any, *, lock: Any = True) -> Any:
    """`raw_array` with a lock, unless `lock` is False."""
    return _lock(raw_array(kind, size_or_initializer), lock)


def _lock(shared: Any, lock: Any) -> Any:
    from multiprocessing.sharedctypes import synchronized

    if lock is False:
        return shared
    own = threads.RLock() if lock in (True, None) else lock
    return synchronized(shared, own)  # type: ignore[arg-type]


class Manager:
    """A manager of shared objects. Threads share all objects anyway."""

    dict, list, Namespace = dict, list, types.SimpleNamespace
    Lock, RLock, Semaphore, BoundedSemaphore = (
        threads.Lock,
        threads.RLock,
        threads.Semaphore,
        threads.BoundedSemaphore,
    )
    Condition, Event, Barrier = threads.Condition, threads.Event, threads.Barrier
    Value, Array = staticmethod(threads.Value), staticmethod(threads.Array)
    Queue, JoinableQueue, Pool = Queue, Queue, staticmethod(pool)

    def __enter__(self) -> Manager:
        return self

    def __exit__(self, *_: object) -> None: ...

    def shutdown(self) -> None: ...


class Executor(concurrent.futures.ThreadPoolExecutor):
    """A pool of threads with the arguments of `ProcessPoolExecutor`."""

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: Any = None,
        initializer: Any = None,
        initargs: Any = (),
        *,
        max_tasks_per_child: Any = None,
    ) -> None:
        super().__init__(max_workers, initializer=initializer, initargs=initargs)


_IN_THREADS = {
    **{
        name: getattr(threads, name)
        for name in (
            "Lock",
            "RLock",
            "Semaphore",
            "BoundedSemaphore",
            "Condition",
            "Event",
            "Barrier",
            "Pipe",
        )
    },
    "Queue": Queue,
    "JoinableQueue": Queue,
    "Pool": pool,
    "Value": value,
    "Array": array,
    "RawValue": raw_value,
    "RawArray": raw_array,
    "Manager": Manager,
    "Process": Process,
}


def instead_of_processes() -> None:
    """Make `multiprocessing` and `concurrent.futures` use threads in this process from now on."""
    # What all kinds of contexts have in common: each of them makes locks, queues, pools of its own.
    base = type(multiprocessing.get_context("spawn")).__mro__[-2]
    for name, kind in _IN_THREADS.items():
        setattr(multiprocessing, name, kind)
        for each in (base, *base.__subclasses__()):
            setattr(each, name, staticmethod(kind))
    concurrent.futures.ProcessPoolExecutor = Executor  # type: ignore[misc, assignment]
