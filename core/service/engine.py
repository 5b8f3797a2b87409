"""The engine: runs and replays, and the slots that work at them.

It keeps nothing that matters: what a run is and how it stands lies in its folder, and after a restart
everything is read from there. Several servers may share one runs folder: each has an engine of its own,
and what they must know of each other stands in core/service/servers.py.
"""

import contextlib
import gc
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from core import settings
from core.config import RunConfig
from core.runs import Run, RunsFolderUnusable, byte_cache, place_for
from core.service.clock import Clock
from core.service.fair_queue import FairQueue, Job, NotNow
from core.service.free_memory import give_memory_back
from core.service.replay_queue import ReplayQueue, ReplayState
from core.service.servers import ThisServer
from core.service.slots import LocalSlot, Slot
from core.service.storage import Storage
from core.service.worker import replay_in_folder, run_in_folder, warm_up

log = logging.getLogger(__name__)

DIED = (
    "The training process ended without a word: it was killed, or the machine ran out of memory. "
    "Nothing else is lost; train again."
)
NOBODY_WAITED = "Nobody was waiting for it any more: the page was closed, or its computer asleep."
DISK_TAKEN = (
    "The class is busy: the space for runs is taken up by runs that people are looking at. Yours was not "
    "queued. Try again when some have moved on, or ask whoever runs this server for more space."
)

BEAT = 1.0  # seconds between two looks at who is still there
TIDY_EVERY = 10.0  # seconds between two looks at the disk and at memory
UNUSED_AFTER = 60.0  # seconds after which a picture that nobody fetches goes from memory
QUIET_AFTER = 90.0  # seconds without a word from a page after which freed memory goes back to the system
FIRST_GUESS = 1.2  # seconds an epoch, until a run has shown it


@dataclass(frozen=True)
class Standing:
    """What the engine is doing: for the health page.

    running: key -> seconds since its start.
    """

    slots: int
    pids: list[int]
    running: dict[str, float]
    waiting: int
    most_waiting: int
    replays_waiting: int
    sessions: int
    stored_runs: int
    stored_bytes: int
    most_bytes: int
    removed_runs: int


class Engine:
    """Trains runs in the background, each once, however many sessions ask for it; and when no training
    waits, makes the replays of finished ones.

    workers: how many train at once. idle_seconds: after so long without work a worker process
    leaves. deadline_seconds: a run that takes longer is ended and reported as failed. grace_seconds,
    most_waiting, most_bytes: see core/settings.py. slots: where the work is done, by default
    processes of this machine.
    """

    def __init__(
        self,
        workers: int,
        idle_seconds: float,
        deadline_seconds: float,
        *,
        grace_seconds: float = math.inf,
        most_waiting: int = 100,
        most_bytes: int = 2_000_000_000,
        clock: Clock | None = None,
        slots: Sequence[Slot] | None = None,
    ) -> None:
        clock = clock or Clock()
        self._now = clock.steady
        self._deadline = deadline_seconds
        self._server = ThisServer()
        self._queue = FairQueue(most_waiting, grace_seconds, self._now)
        self._replays = ReplayQueue()
        self._storage = Storage(most_bytes, self._server.anybody, clock.wall)
        self._viewing: dict[str, str] = {}  # session -> the key of the run on its page
        self._gone: SimpleQueue[str] = SimpleQueue()  # sessions that have ended
        self._stirred = -math.inf  # when memory was last in use or freed; -inf: it was given back since
        self._seconds_a_unit = FIRST_GUESS
        self._changed = threading.Condition()
        self._closing = False
        self._untidy = threading.Event()
        self._slots: list[Slot] = list(slots or (LocalSlot(idle_seconds) for _ in range(workers)))
        self._free = set(range(len(self._slots)))
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), daemon=True, name=f"slot {number}")
            for number in range(len(self._slots))
        ]
        self._threads.append(threading.Thread(target=self._beat, daemon=True, name="engine's beat"))
        for thread in self._threads:
            thread.start()

    @property
    def id(self) -> str:
        """The name of this server, as other servers on the runs folder know it."""
        return self._server.id

    def warm_up(self) -> None:
        """Start the first worker process and let it import what the first run will need."""
        with contextlib.suppress(*self._slots[0].deaths):
            self._slots[0].submit(warm_up)

    # ---- what sessions ask for

    def submit(self, config: RunConfig, watcher: str) -> Run:
        """The run of `config`, queued unless it is finished or under way already.

        watcher: who asks; the run is cancelled when the last who asked has left.
        Raises RunsFolderUnusable where it cannot be stored, and NotNow where there is no room for it.
        """
        run = place_for(config)
        with self._changed:
            self._stirred = self._now()
            if job := self._queue.get(run.key):
                self._queue.hear_of(job, watcher)
                self._server.say("waiting", run.key)
                run.withdraw_cancel()  # the one who left just before has changed nothing for this one
                if run.status().state == "cancelled":
                    run.begin(config)
                return run
            if run.is_whole():
                return run
            self._queue.check_room_for(watcher)
            if self._storage.full():
                self._untidy.set()
                raise NotNow(DISK_TAKEN)
            run.begin(config, unless_whole=True)
            if run.status().state == "done":  # another server has just finished it
                return run
            self._server.say("waiting", run.key)
            run.withdraw_cancel()
            job = Job(run, config, owner=watcher)
            self._queue.hear_of(job, watcher)
            self._enqueue(job)
        return run

    def watch(self, key: str, watcher: str) -> None:
        """`watcher` waits for run `key`, and is still there; to be said at least once a minute."""
        with self._changed:
            self._stirred = self._now()
            if job := self._queue.get(key):
                self._queue.hear_of(job, watcher)
                self._server.say("waiting", key)

    def leave(self, key: str, watcher: str) -> None:
        """`watcher` no longer waits for run `key`; the last one to leave cancels it."""
        with self._changed:
            job = self._queue.get(key)
            if job is None:
                return
            self._queue.leave(job, watcher)
            if not self._queue.present(job):
                self._abandon(job, "")
            self._changed.notify_all()

    def view(self, run: Run, visitor: str) -> None:
        """`visitor` has the run on the page now, and no other one: it will not be removed meanwhile."""
        key = run.key if run.folder.parent == settings.runs_folder() else ""  # else it comes with the app
        with self._changed:
            self._stirred = self._now()
            former = self._viewing.get(visitor, "")
            self._viewing[visitor] = key
            if key:
                self._server.say("viewing", key)
            if former and former not in self._viewing.values():
                self._server.take_back("viewing", former)
        if key:
            self._storage.use(run)

    def forget(self, visitor: str) -> None:
        """The session has ended: soon it waits for nothing and looks at nothing any more. May be called
        by the garbage collector, so it takes no lock."""
        self._gone.put(visitor)

    def has(self, key: str) -> bool:
        """Whether run `key` is queued or under way here."""
        with self._changed:
            return self._queue.get(key) is not None

    def queued_before(self, key: str) -> int | None:
        """How many queued runs come before run `key`; None for one that is not in the queue."""
        with self._changed:
            return self._queue.place(key)

    def expected_wait(self, key: str) -> float | None:
        """About how many seconds until run `key` begins; None for one that is not in the queue."""
        with self._changed:
            return self._queue.wait_for(key, len(self._slots), self._seconds_a_unit)

    def others_watching(self, key: str, watcher: str) -> int:
        """How many sessions beside `watcher` wait for run `key`, here; 1 more where some do elsewhere."""
        with self._changed:
            job = self._queue.get(key)
            here = len(self._queue.present(job) - {watcher}) if job else 0
            return here + self._server.others("waiting", key)

    def awaiting(self) -> int:
        """How many sessions wait for a run."""
        with self._changed:
            return len({name for job in self._queue.all() for name in self._queue.present(job)})

    def standing(self) -> Standing:
        """What it is doing."""
        with self._changed:
            now = self._now()
            return Standing(
                slots=len(self._slots),
                pids=self.worker_pids(),
                running={job.run.key: job.seconds_at_work(now) for job in self._queue.running()},
                waiting=len(self._queue),
                most_waiting=self._queue.most_waiting,
                replays_waiting=len(self._replays),
                sessions=len(self._viewing),
                stored_runs=self._storage.runs,
                stored_bytes=self._storage.bytes,
                most_bytes=self._storage.most_bytes,
                removed_runs=self._storage.removed,
            )

    def ask_for_replay(self, run: Run) -> None:
        """Make the replay of a finished run, behind every training; nothing where that is done, under
        way, or has failed."""
        with self._changed:
            if self._replays.ask(run):
                self._changed.notify_all()

    def replay_state(self, key: str) -> ReplayState:
        """How far the replay of run `key` has come here; "none" also for one that is ready."""
        with self._changed:
            return self._replays.state(key)

    def worker_pids(self) -> list[int]:
        """The process ids of the live workers."""
        return [pid for slot in self._slots for pid in slot.pids()]

    def close(self) -> None:
        """End all workers at once. What they were training is found interrupted after a restart."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._untidy.set()
        for slot in self._slots:
            slot.close()
        for thread in self._threads:
            thread.join(timeout=5)  # each holds on to its executor until it has seen the end
        self._server.close()
        gc.collect()  # gives back the semaphores: a server ended by SIGTERM runs no exit hooks

    # ---- the slots' threads

    def _serve(self, number: int) -> None:
        while work := self._next(number):
            if isinstance(work, Job):
                try:
                    self._in_slot(number, work.run, run_in_folder, lambda words: self._report(work, words))
                finally:
                    self._release(number, work)
            else:
                self._make_replay(number, work)

    def _next(self, number: int) -> "Job | Run | None":
        with self._changed:
            while not self._closing:
                # of the free slots the first one goes: its worker is the likeliest to be warm
                if number == min(self._free) and (work := self._choose()):
                    self._free.remove(number)
                    self._changed.notify_all()
                    return work
                self._changed.wait()
            return None

    def _choose(self) -> "Job | Run | None":
        return self._queue.start(free=lambda job: not job.run.has_writer()) or self._replays.take()

    def _in_slot(
        self, number: int, run: Run, function: Callable[..., Any], failed: Callable[[str], None]
    ) -> Any:
        """What `function` makes of the run's folder in the slot's worker; `failed` hears where it ended otherwise."""
        slot = self._slots[number]
        try:
            future = slot.submit(function, str(run.folder), self._server.id)
            if self._ends_in_time(future):
                return future.result()
            slot.kill()
            failed(f"The run took longer than {self._deadline:g} seconds and was ended.")
        except slot.deaths:
            slot.kill()
            failed(DIED)
        except Exception as error:  # no process could be started: this run fails, the slot lives on
            log.exception("run %s could not be handed to a worker", run.key)
            slot.kill()
            failed(f"The training process could not be started ({error}). Try again in a moment.")
        return None

    def _ends_in_time(self, future: "Future[Any]") -> bool:
        began = self._now()
        while not wait([future], timeout=min(1.0, self._deadline)).done:
            if self._now() - began > self._deadline:
                return False
        return True

    def _make_replay(self, number: int, run: Run) -> None:
        problems: list[str] = []
        words = self._in_slot(number, run, replay_in_folder, problems.append)
        with self._changed:
            self._free.add(number)
            self._replays.put_back(run, words or "".join(problems))
            self._changed.notify_all()

    def _release(self, number: int, job: Job) -> None:
        with self._changed:
            self._free.add(number)
            self._queue.drop(job.run.key)
            status = job.run.status()
            if status.state == "done" and job.started is not None:
                seconds_a_unit = (self._now() - job.started) / job.size
                self._seconds_a_unit += 0.3 * (seconds_a_unit - self._seconds_a_unit)
            if not (status.state in ("cancelled", "queued") and self._again(job)):
                self._server.take_back("waiting", job.run.key)
            self._changed.notify_all()
        self._untidy.set()

    def _report(self, job: Job, message: str) -> None:
        if not self._closing:
            with contextlib.suppress(OSError):  # a folder that is gone has nobody left to tell
                job.run.end("failed", message, self._server.id)

    # ---- the queue

    def _enqueue(self, job: Job) -> None:
        self._queue.add(job)
        self._replays.begin_anew(job.run.key)
        if not self._free:  # a training goes first: as many replays as there are trainings waiting make room
            self._replays.make_way(len(self._queue))
        self._changed.notify_all()

    def _again(self, job: Job) -> bool:
        """Queue a run anew that was cancelled, or cut short elsewhere, though somebody waits for it."""
        if self._closing or not self._queue.present(job):
            return False
        try:
            job.run.begin(job.config, unless_whole=True)
        except RunsFolderUnusable:
            return False
        job.run.withdraw_cancel()
        job.elsewhere, job.started = False, None
        self._enqueue(job)
        return True

    def _abandon(self, job: Job, why: str) -> None:
        """Nobody here waits for the job any more: it is cancelled, unless somebody does elsewhere."""
        key = job.run.key
        self._server.take_back("waiting", key)
        wanted_elsewhere = self._server.others("waiting", key)
        if not wanted_elsewhere and not job.run.cancel_requested():
            job.run.request_cancel(why)
        if job.started is None:
            self._queue.drop(key)
        # also while a worker that was given it still starts: whose status it is then decides the lock
        if not wanted_elsewhere and job.run.status().state == "queued" and not job.run.has_writer():
            with contextlib.suppress(OSError):  # a folder that is gone is cancelled enough
                job.run.end("cancelled", why, self._server.id)

    # ---- once a second

    def _beat(self) -> None:
        tidied = -math.inf
        while not self._closing:
            with contextlib.suppress(Empty):
                while True:
                    self._see_off(self._gone.get_nowait())
            with self._changed:
                for job in self._queue.all():
                    if not self._queue.present(job):
                        self._abandon(job, NOBODY_WAITED)
                    elif job.elsewhere:
                        self._look_elsewhere(job)
                self._changed.notify_all()
            if self._untidy.is_set() or time.monotonic() - tidied > TIDY_EVERY:
                self._untidy.clear()
                self._storage.tidy()
                if self._storage.full():
                    gc.collect()  # of sessions that Streamlit has let go of, some are held by themselves
                if byte_cache.drop_unused(UNUSED_AFTER):
                    self._stirred = self._now()
                self._rest()
                tidied = time.monotonic()
            with self._changed:
                self._changed.wait_for(lambda: self._closing, timeout=BEAT)

    def _rest(self) -> None:
        """Give freed memory back, once after each busy time. It does not wait until every session has ended:
        Streamlit keeps those that left until somebody else comes."""
        with self._changed:
            if self._stirred == -math.inf or self._now() - self._stirred < QUIET_AFTER:
                return
            self._stirred = -math.inf
        give_memory_back()

    def _see_off(self, visitor: str) -> None:
        with self._changed:
            self._stirred = self._now()
            former = self._viewing.pop(visitor, "")
            if former and former not in self._viewing.values():
                self._server.take_back("viewing", former)
            keys = [job.run.key for job in self._queue.all() if visitor in job.watchers]
        for key in keys:
            self.leave(key, visitor)

    def _look_elsewhere(self, job: Job) -> None:
        """How a run stands that another server, or a replay's worker, was at work on."""
        if job.run.has_writer():
            return
        if job.run.status().state == "done":
            self._queue.drop(job.run.key)
            self._server.take_back("waiting", job.run.key)
        else:  # stopped, ended at its deadline or left half-done there: that says nothing for those who wait here
            self._again(job)
