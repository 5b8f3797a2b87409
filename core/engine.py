"""The engine: a queue of runs and the worker processes that train them.

Each slot is a thread that owns one loky worker process, so that a crash or a time-out ends one
run and leaves its neighbours alone. The engine keeps nothing that matters: what a run is and how
it stands lies in its folder, and after a restart everything is read from there.
"""

import contextlib
import gc
import logging
import os
import sys
import threading
import time
import types
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal

import loky
from loky.process_executor import BrokenProcessPool, ShutdownExecutorError

from core import settings
from core.config import RunConfig
from core.replay import Replay
from core.runs import ENDED, Run, RunDamaged, RunsFolderUnusable, place_for
from core.worker import leave_with_parent, replay_in_folder, run_in_folder, warm_up

log = logging.getLogger(__name__)

WORKER_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

DIED = (
    "The training process ended without a word: it was killed, or the machine ran out of memory. "
    "Nothing else is lost; train again."
)


MOST_REPLAYS_WAITING = 50
ReplayState = Literal["none", "waiting", "computing", "failed"]

# A session whose page has not asked for so long is gone: closed, reloaded, or asleep.
GONE_AFTER_SECONDS = 90.0


@dataclass
class _Job:
    run: Run
    config: RunConfig
    watchers: dict[str, float] = field(default_factory=dict)  # who waits for it -> when last heard of

    def heard_of(self, watcher: str) -> None:
        self.watchers[watcher] = time.monotonic()

    def present(self) -> set[str]:
        now = time.monotonic()
        return {name for name, heard in self.watchers.items() if now - heard < GONE_AFTER_SECONDS}


class Engine:
    """Trains runs in the background, each once, however many sessions ask for it; and when no training
    waits, makes the replays of finished ones.

    workers: how many train at once. idle_seconds: after so long without work a worker process
    leaves. deadline_seconds: a run that takes longer is ended and reported as failed.
    """

    def __init__(self, workers: int, idle_seconds: float, deadline_seconds: float) -> None:
        self._idle = idle_seconds
        self._deadline = deadline_seconds
        self._jobs: dict[str, _Job] = {}  # queued and running, by key
        self._queue: deque[str] = deque()
        self._replays: deque[Run] = deque()  # waiting
        self._replaying: dict[str, Run] = {}
        self._replay_problems: dict[str, str] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._slots = [_Slot(idle_seconds) for _ in range(workers)]
        self._free = set(range(workers))
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), daemon=True, name=f"slot {number}")
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

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
                job.heard_of(watcher)
                run.withdraw_cancel()  # the one who left just before has changed nothing for this one
                return run
            if _finished_and_whole(run):
                return run
            run.begin(config)
            job = _Job(run, config)
            job.heard_of(watcher)
            self._enqueue(job)
        return run

    def watch(self, key: str, watcher: str) -> None:
        """`watcher` waits for run `key`, and is still there; to be said at least once a minute."""
        with self._changed:
            if job := self._jobs.get(key):
                job.heard_of(watcher)

    def leave(self, key: str, watcher: str) -> None:
        """`watcher` no longer waits for run `key`; the last one to leave cancels it."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None:
                return
            job.watchers.pop(watcher, None)
            if job.present():
                return
            job.run.request_cancel()
            if key in self._queue:
                self._queue.remove(key)
                del self._jobs[key]
                with contextlib.suppress(OSError):  # a folder that is gone is cancelled enough
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
            return len(job.present() - {watcher}) if job else 0

    def ask_for_replay(self, run: Run) -> None:
        """Make the replay of a finished run, behind every training; nothing where that is done, under
        way, or has failed."""
        with self._changed:
            if self.replay_state(run.key) != "none" or Replay(run).ready():
                return
            self._replays.append(run)
            if len(self._replays) > MOST_REPLAYS_WAITING:
                self._replays.popleft()
            self._changed.notify_all()

    def replay_state(self, key: str) -> ReplayState:
        """How far the replay of run `key` has come here; "none" also for one that is ready."""
        with self._changed:
            if key in self._replaying:
                return "computing"
            if any(run.key == key for run in self._replays):
                return "waiting"
            return "failed" if key in self._replay_problems else "none"

    def worker_pids(self) -> list[int]:
        """The process ids of the live workers."""
        return [pid for slot in self._slots for pid in slot.pids()]

    def close(self) -> None:
        """End all workers at once. What they were training is found interrupted after a restart."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for slot in self._slots:
            slot.close()
        for thread in self._threads:
            thread.join(timeout=5)  # each holds on to its executor until it has seen the end
        gc.collect()  # gives back the semaphores: a server ended by SIGTERM runs no exit hooks

    def _enqueue(self, job: _Job) -> None:
        self._jobs[job.run.key] = job
        self._queue.append(job.run.key)
        self._replay_problems.pop(job.run.key, None)
        if not self._free:  # a training goes first: as many replays as there are trainings waiting make room
            for run in list(self._replaying.values())[: len(self._queue)]:
                Replay(run).request_pause()
        self._changed.notify_all()

    def _serve(self, number: int) -> None:
        while work := self._next(number):
            if isinstance(work, _Job):
                try:
                    self._in_slot(number, work.run, run_in_folder, lambda words: self._report(work, words))
                finally:
                    self._release(number, work)
            else:
                self._make_replay(number, work)

    def _in_slot(
        self, number: int, run: Run, function: Callable[[str], Any], failed: Callable[[str], None]
    ) -> Any:
        """What `function` makes of the run's folder in the slot's worker; `failed` hears where it ended otherwise."""
        slot = self._slots[number]
        try:
            return slot.submit(function, str(run.folder)).result(timeout=self._deadline)
        except TimeoutError:
            slot.kill()
            failed(f"The run took longer than {self._deadline:g} seconds and was ended.")
        except (BrokenProcessPool, ShutdownExecutorError):
            slot.kill()
            failed(DIED)
        except Exception as error:  # no process could be started: this run fails, the slot lives on
            log.exception("run %s could not be handed to a worker", run.key)
            slot.kill()
            failed(f"The training process could not be started ({error}). Try again in a moment.")
        return None

    def _make_replay(self, number: int, run: Run) -> None:
        replay = Replay(run)
        problems: list[str] = []
        words = self._in_slot(number, run, replay_in_folder, problems.append)
        with self._changed:
            self._free.add(number)
            del self._replaying[run.key]
            if words or problems:
                self._replay_problems[run.key] = words or problems[0]
            elif not replay.ready() and not self._closing:  # paused: it goes on when the trainings are done
                self._replays.appendleft(run)
            self._changed.notify_all()

    def _next(self, number: int) -> "_Job | Run | None":
        with self._changed:
            # of the free slots the first one goes: its worker is the likeliest to be warm
            self._changed.wait_for(
                lambda: self._closing or ((self._queue or self._replays) and number == min(self._free))
            )
            if self._closing:
                return None
            self._free.remove(number)
            self._changed.notify_all()
            if self._queue:
                return self._jobs[self._queue.popleft()]
            run = self._replays.popleft()
            self._replaying[run.key] = run
            Replay(run).withdraw_pause()
            return run

    def _release(self, number: int, job: _Job) -> None:
        with self._changed:
            self._free.add(number)
            self._jobs.pop(job.run.key, None)
            if job.present() and job.run.status().state == "cancelled" and not self._closing:
                # somebody asked for it after the last one had left, but too late to withdraw that
                with contextlib.suppress(RunsFolderUnusable):
                    job.run.begin(job.config)
                    self._enqueue(job)
            self._changed.notify_all()

    def _report(self, job: _Job, message: str) -> None:
        if not self._closing and job.run.status().state not in ENDED:
            with contextlib.suppress(OSError):  # a folder that is gone has nobody left to tell
                job.run.set_state("failed", message)


class _Slot:
    """One worker process at a time, started when there is work."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle = idle_seconds
        self._executor: Any = None
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        with self._lock:
            if self._closed:
                raise ShutdownExecutorError("the engine is closed")
            if self._executor is None:
                self._executor = loky.ProcessPoolExecutor(
                    max_workers=1,
                    timeout=self._idle,
                    initializer=leave_with_parent,
                    initargs=(os.getpid(),),
                    env=WORKER_ENVIRONMENT,
                )
            future: Future[Any] = self._executor.submit(function, *arguments)
            return future

    def kill(self) -> None:
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(wait=True, kill_workers=True)
                self._executor = None

    def close(self) -> None:
        self._closed = True
        self.kill()

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
