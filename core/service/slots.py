"""Where runs are worked at: one slot, one process of its own, so that a crash or a time-out ends one run
and leaves its neighbours alone."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

import loky
from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

from core import settings
from core.service.worker import begin_process

WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # in bytes: loky ends a worker that holds so much more than after its first task, as if it leaked. That is the
    # warm-up, and of its libraries the system counts only what has been touched: a run needs hundreds of MB more
    "LOKY_MAX_MEMORY_LEAK_SIZE": "1e9",
    "TQDM_DISABLE": "1",  # nobody sees the bar with which torchvision fetches
}


class WorkerDied(Exception):
    """The process that worked at a task has ended without a word."""


class Slot(Protocol):
    """One place to work at a task; the next one comes when the last has ended.

    deaths: what a task's future raises where the process that worked at it died.
    """

    deaths: tuple[type[BaseException], ...]

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        """Begin a task. Raises WorkerDied where the slot is closed or its process cannot be reached."""
        ...

    def kill(self) -> None:
        """End the task at hand, and whoever works at it."""
        ...

    def close(self) -> None:
        """`kill`, for good."""
        ...

    def pids(self) -> list[int]:
        """The ids of its processes, where they are on this machine."""
        ...


class LocalSlot:
    """One loky worker process at a time, started when there is work.

    idle_seconds: after so long without work the process leaves.
    """

    deaths: tuple[type[BaseException], ...] = (WorkerDied, BrokenProcessPool, ShutdownExecutorError)

    def __init__(self, idle_seconds: float) -> None:
        self._idle = idle_seconds
        self._executor: Any = None
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        """See Slot."""
        with self._lock:
            if self._closed:
                raise WorkerDied("the engine is closed")
            if self._executor is not None and _has_died(self._executor):
                self._end()  # with nothing to do, which is no fault of this task
            if self._executor is None:
                self._executor = loky.ProcessPoolExecutor(
                    max_workers=1,
                    timeout=self._idle,
                    initializer=begin_process,
                    initargs=(os.getpid(), settings.niceness()),
                    env=WORKER_ENVIRONMENT,
                )
            try:
                future: Future[Any] = self._executor.submit(function, *arguments)
            except (BrokenProcessPool, ShutdownExecutorError) as error:
                raise WorkerDied(str(error)) from error
            _watch_for_death(self._executor)
            return future

    def _end(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)
            self._executor = None

    def kill(self) -> None:
        """See Slot."""
        with self._lock:
            self._end()

    def close(self) -> None:
        """See Slot."""
        self._closed = True
        self.kill()

    def pids(self) -> list[int]:
        """See Slot."""
        with self._lock:
            return list(self._executor._processes) if self._executor is not None else []


def _watch_for_death(executor: Any) -> None:
    """loky watches the processes that it had when it last began to wait: one started since, in the place of
    one that was idle for too long, could die unnoticed. Woken up, it looks which there are."""
    with executor._shutdown_lock:
        executor._executor_manager_thread_wakeup.wakeup()


def _has_died(executor: Any) -> bool:
    # in this order: loky notes the death before it forgets the process
    lives = all(process.is_alive() for process in list(executor._processes.values()))
    return not lives or executor._flags.broken is not None
