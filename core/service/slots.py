"""Slots: one process each, so that a crash or a time-out affects one run only."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol

import loky
from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

from core import environment
from core.service.worker import begin_process

WORKER_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # In bytes: loky takes a worker that has grown this much since its first task for a leaking one and ends
    # it. The first task is the warm-up, after which a run still needs hundreds of MB more.
    "LOKY_MAX_MEMORY_LEAK_SIZE": "1e9",
    "TQDM_DISABLE": "1",  # torchvision's download bar
}


class WorkerDied(Exception):
    """The process died before its task was finished."""


class Slot(Protocol):
    """Runs one task at a time.

    deaths: what a task's future raises when its process has died.
    """

    deaths: tuple[type[BaseException], ...]

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        """Start a task. Raises WorkerDied if the slot is closed or its process cannot be reached."""
        ...

    def kill(self) -> None:
        """Kill the worker process, and with it the current task."""
        ...

    def close(self) -> None:
        """`kill`, and refuse further tasks."""
        ...

    def pids(self) -> list[int]:
        """The ids of its processes on this machine."""
        ...


class LocalSlot:
    """One loky worker process at a time, started on demand.

    idle_seconds: the process exits after this time without work.
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
                self._end()  # it died while idle: this task gets a new one
            if self._executor is None:
                self._executor = loky.ProcessPoolExecutor(
                    max_workers=1,
                    timeout=self._idle,
                    initializer=begin_process,
                    initargs=(os.getpid(), environment.niceness()),
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
    """Wake up loky's manager thread: it only watches the processes that existed when it started to wait, so
    the death of one that has since replaced an idle one would go unnoticed."""
    with executor._shutdown_lock:
        executor._executor_manager_thread_wakeup.wakeup()


def _has_died(executor: Any) -> bool:
    # in this order: loky notes the death before it forgets the process
    lives = all(process.is_alive() for process in list(executor._processes.values()))
    return not lives or executor._flags.broken is not None
