"""The engine: a queue of runs and the worker processes that train them.

Each slot is a thread that owns one loky worker process, so that a crash or a time-out ends one
run and leaves its neighbours alone. The engine keeps nothing that matters: what a run is and how
it stands lies in its folder, and after a restart everything is read from there.
"""

import contextlib
import gc
import sys
import threading
import types
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import loky
from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

from core import settings
from core.config import RunConfig
from core.runs import ENDED, Run, RunDamaged, place_for
from core.worker import leave_with_parent, run_in_folder, warm_up

WORKER_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

DIED = (
    "The training process ended without a word: it was killed, or the machine ran out of memory. "
    "Nothing else is lost; train again."
)


@dataclass
class _Job:
    run: Run
    watchers: set[str] = field(default_factory=set)


class Engine:
    """Trains runs in the background, each once, however many sessions ask for it.

    workers: how many train at once. idle_seconds: after so long without work a worker process
    leaves. deadline_seconds: a run that takes longer is ended and reported as failed.
    """

    def __init__(self, workers: int, idle_seconds: float, deadline_seconds: float) -> None:
        self._idle = idle_seconds
        self._deadline = deadline_seconds
        self._jobs: dict[str, _Job] = {}  # queued and running, by key
        self._queue: deque[str] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._slots = [_Slot(idle_seconds) for _ in range(workers)]
        for slot in self._slots:
            threading.Thread(target=self._serve, args=(slot,), daemon=True, name="slot").start()

    def warm_up(self) -> None:
        """Start the first worker process and let it import what the first run will need."""
        with contextlib.suppress(BrokenProcessPool, ShutdownExecutorError):
            self._slots[0].submit(warm_up)

    def submit(self, config: RunConfig, watcher: str) -> Run:
        """The run of `config`, queued unless it is finished or under way already.

        watcher: who asks; the run is cancelled when the last who asked has left.
        Raises RunsFolderUnusable where it cannot be stored.
        """
        run = place_for(config)
        with self._changed:
            if job := self._jobs.get(run.key):
                job.watchers.add(watcher)
                return run
            if _finished_and_whole(run):
                return run
            if not run.has_writer():  # another server may be at work on it: then its folder is left alone
                run.begin(config)
            self._jobs[run.key] = _Job(run, {watcher})
            self._queue.append(run.key)
            self._changed.notify()
        return run

    def leave(self, key: str, watcher: str) -> None:
        """`watcher` no longer waits for run `key`; the last one to leave cancels it."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None:
                return
            job.watchers.discard(watcher)
            if job.watchers:
                return
            job.run.request_cancel()
            if key in self._queue:
                self._queue.remove(key)
                del self._jobs[key]
                job.run.set_state("cancelled")

    def has(self, key: str) -> bool:
        """Whether run `key` is queued or under way here."""
        with self._changed:
            return key in self._jobs

    def queued_before(self, key: str) -> int | None:
        """How many queued runs come before run `key`; None for one that is not in the queue."""
        with self._changed:
            return self._queue.index(key) if key in self._queue else None

    def others_watching(self, key: str, watcher: str) -> int:
        """How many sessions beside `watcher` wait for run `key`."""
        with self._changed:
            job = self._jobs.get(key)
            return len(job.watchers - {watcher}) if job else 0

    def worker_pids(self) -> list[int]:
        """The process ids of the live workers."""
        return [pid for slot in self._slots for pid in slot.pids()]

    def close(self) -> None:
        """End all workers at once. What they were training is found interrupted after a restart."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for slot in self._slots:
            slot.kill()
        gc.collect()  # gives back the semaphores: a server ended by SIGTERM runs no exit hooks

    def _serve(self, slot: "_Slot") -> None:
        while job := self._next():
            try:
                slot.submit(run_in_folder, str(job.run.folder)).result(timeout=self._deadline)
            except TimeoutError:
                slot.kill()
                self._report(job, f"The run took longer than {self._deadline:g} seconds and was ended.")
            except (BrokenProcessPool, ShutdownExecutorError):
                slot.kill()
                self._report(job, DIED)
            finally:
                with self._changed:
                    self._jobs.pop(job.run.key, None)

    def _next(self) -> _Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            return None if self._closing else self._jobs[self._queue.popleft()]

    def _report(self, job: _Job, message: str) -> None:
        if not self._closing and job.run.status().state not in ENDED:
            with contextlib.suppress(OSError):  # a folder that is gone has nobody left to tell
                job.run.set_state("failed", message)


class _Slot:
    """One worker process at a time, started when there is work."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle = idle_seconds
        self._executor: Any = None
        self._lock = threading.Lock()

    def submit(self, function: Callable[..., None], *arguments: str) -> "Future[None]":
        with self._lock:
            if self._executor is None:
                self._executor = loky.ProcessPoolExecutor(
                    max_workers=1,
                    timeout=self._idle,
                    initializer=leave_with_parent,
                    env=WORKER_ENVIRONMENT,
                )
            future: Future[None] = self._executor.submit(function, *arguments)
            return future

    def kill(self) -> None:
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(wait=True, kill_workers=True)
                self._executor = None

    def pids(self) -> list[int]:
        with self._lock:
            return list(self._executor._processes) if self._executor is not None else []


def _finished_and_whole(run: Run) -> bool:
    if run.status().state != "done":
        return False
    try:
        run.check()
    except RunDamaged:
        return False
    return True


def shared_engine() -> Engine:
    """The one engine of this process, started when first asked for.

    It hangs on a module of its own, out of reach of Streamlit's caches, which any visitor can
    clear, and of the re-import of an edited source file.
    """
    anchor: Any = sys.modules.setdefault(
        "_contrastive_lab_engine", types.ModuleType("_contrastive_lab_engine")
    )
    with anchor.__dict__.setdefault("lock", threading.Lock()):
        if getattr(anchor, "engine", None) is None:
            anchor.engine = Engine(settings.workers(), settings.idle_seconds(), settings.deadline_seconds())
            anchor.engine.warm_up()
        engine: Engine = anchor.engine
        return engine


def close_shared_engine() -> None:
    """End the shared engine's workers; the next `shared_engine()` starts anew."""
    anchor: Any = sys.modules.get("_contrastive_lab_engine")
    if anchor is not None and getattr(anchor, "engine", None) is not None:
        anchor.engine.close()
        anchor.engine = None
