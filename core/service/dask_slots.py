"""Slots on a Dask cluster: the same tasks, on workers on other machines, with a shared runs folder.

The scheduler and every worker need the project on their PYTHONPATH and the runs folder at the same
path. Dask restarts a task whose worker dies on another one, which is safe: a run can be restarted any
number of times.
"""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import Any

from distributed import Client
from distributed.scheduler import KilledWorker

from core import environment
from core.runs import Run
from core.service.slots import Slot, WorkerDied

SECONDS_TO_CONNECT = 30


class DaskSlot:
    """Room for one task of this server on the cluster."""

    deaths: tuple[type[BaseException], ...] = (WorkerDied, KilledWorker, CancelledError)

    def __init__(self, executor: Executor, close: Callable[[], None]) -> None:
        self._executor = executor
        self._close = close
        self._task: Future[Any] | None = None
        self._run: Run | None = None
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        """See core.service.slots.Slot."""
        if self._closed:
            raise WorkerDied("the engine is closed")
        if arguments:
            self._run = Run(Path(arguments[0]))
        self._task = self._executor.submit(function, *arguments)
        return self._task

    def kill(self) -> None:
        """Cancel the task; if it is running, ask it to stop at its next step. A hung worker is left to the
        cluster's operator."""
        if self._task is not None and not self._task.done():
            if self._run is not None:
                self._run.request_cancel()
            self._task.cancel()
        self._task = None

    def close(self) -> None:
        """See core.service.slots.Slot. A running task continues; after a restart it is found finished."""
        self._closed = True
        self._close()

    def pids(self) -> list[int]:
        """Empty: the processes are not on this machine."""
        return []


def slots_on(address: str) -> list[Slot]:
    """The slots on the cluster whose scheduler is at `address`: CONTRASTIVE_LAB_WORKERS of them, by default
    one per thread of its workers. Raises SystemExit if no scheduler with a worker answers."""
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except (OSError, TimeoutError) as error:
        raise SystemExit(
            f"CONTRASTIVE_LAB_DASK is {address}, but no Dask scheduler with a worker answers there ({error}). "
            "Start them, or unset the variable to train on this machine."
        ) from None
    threads = sum(client.nthreads().values())
    executor = client.get_executor(pure=False)
    once = threading.Lock()

    def close() -> None:
        with once, contextlib.suppress(Exception):  # the scheduler may be gone already
            client.close(timeout=2)

    return [DaskSlot(executor, close) for _ in range(environment.workers_or(threads))]
