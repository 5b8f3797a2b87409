"""The engine: trains runs and makes replays in the background, for all sessions of one server.

It keeps no state that matters: a run's state is in its folder, and after a restart everything is read from
there. Several servers may share one runs folder: each has its own engine, and core/service/servers.py is how
they coordinate.

    work_queue      what is to be done, guarded by one condition
    slot_threads    one thread per slot, which does it
    open_runs       which run each session has on its page
    housekeeping    disk and memory
"""

import contextlib
import gc
import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue

from core import environment
from core.config import RunConfig
from core.config.cost import Cost, cost_of
from core.runs import Run, place_for
from core.service.clock import Clock
from core.service.fair_queue import Job, NotNow
from core.service.housekeeping import Housekeeping
from core.service.open_runs import OpenRuns
from core.service.replay_queue import ReplayState
from core.service.servers import ThisServer
from core.service.slot_threads import SlotThreads
from core.service.slots import LocalSlot, Slot
from core.service.standing import Standing
from core.service.storage import Storage
from core.service.work_queue import WorkQueue
from core.service.worker import warm_up

DISK_TAKEN = (
    "The class is busy: the space for runs is taken up by runs that people are looking at. Yours was not "
    "queued. Try again when some have moved on, or ask whoever runs this server for more space."
)

BEAT = 1.0  # seconds between two checks of which sessions are still there


class Engine:
    """Trains runs in the background, each once, no matter how many sessions ask for it; when no training
    waits, makes the replays of finished runs.

    workers: how many train at once. idle_seconds: a worker process without work exits after this time.
    deadline_seconds: a run that takes longer is killed and fails. grace_seconds, most_waiting, most_bytes, run_bytes:
    see core/environment.py. slots: where the work is done, by default in processes on this machine.
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
        run_bytes: float = math.inf,
        clock: Clock | None = None,
        slots: Sequence[Slot] | None = None,
    ) -> None:
        clock = clock or Clock()
        self._now = clock.steady
        self._deadline, self._run_bytes = deadline_seconds, run_bytes
        self._server = ThisServer()
        self._slots: list[Slot] = list(slots or (LocalSlot(idle_seconds) for _ in range(workers)))
        self._work = WorkQueue(len(self._slots), most_waiting, grace_seconds, self._server, self._now)
        self._changed = self._work.changed
        self._storage = Storage(most_bytes, self._server.in_use, clock.wall)
        self._open = OpenRuns(self._server)
        self._people: dict[str, str] = {}  # session -> whose it is
        self._ended_sessions: SimpleQueue[str] = SimpleQueue()
        self._housekeeping = Housekeeping(self._storage, self._changed, self._now)
        self._slot_threads = SlotThreads(
            self._slots,
            self._work,
            self._server.id,
            deadline_seconds,
            self._now,
            after_training=self._housekeeping.tidy_soon,
        )
        self._beat_thread = threading.Thread(target=self._beat, daemon=True, name="engine's beat")
        self._slot_threads.start()
        self._beat_thread.start()

    @property
    def id(self) -> str:
        """The id of this server, as other servers on the runs folder know it."""
        return self._server.id

    def warm_up(self) -> None:
        """Start the first worker process and let it import what the first run will need."""
        with contextlib.suppress(*self._slots[0].deaths):
            self._slots[0].submit(warm_up)

    def submit(self, config: RunConfig, watcher: str, address: str = "") -> Run:
        """The run of `config`, queued unless it is already finished, queued or running.

        watcher: the person who asks; the run is cancelled when its last watcher has left. address: theirs on
        the internet, "" if it says nothing.
        Raises RunsFolderUnusable if it cannot be stored, and NotNow if there is no room for it.
        """
        run = place_for(config)
        jobs = self._work.jobs
        with self._changed:
            self._housekeeping.note_activity()
            if job := jobs.get(run.key):
                jobs.check_in(job, watcher)
                self._server.announce("waiting", run.key)
                run.withdraw_cancel()  # the last watcher may have just left
                if run.status().state == "cancelled":
                    run.begin(config)
                return run
            if run.is_whole():
                return run
            if too_costly := self.cost(config)[1]:
                raise NotNow(too_costly)
            jobs.check_room_for(watcher, address)
            if self._storage.full():
                self._housekeeping.tidy_soon()
                raise NotNow(DISK_TAKEN)
            run.begin(config, unless_whole=True)
            if run.status().state == "done":  # another server has just finished it
                return run
            self._server.announce("waiting", run.key)
            run.withdraw_cancel()
            job = Job(run, config, owner=watcher, address=address)
            jobs.check_in(job, watcher)
            self._work.add(job)
        return run

    def cost(self, config: RunConfig) -> tuple[Cost, str | None]:
        """What the run of `config` takes here, without waiting: its seconds from what this server has measured. And
        why it would be refused, or None."""
        cost = cost_of(config)
        cost = replace(cost, seconds=cost.seconds * self._work.pace)
        return cost, cost.refusal(self._run_bytes, self._deadline)

    def watch(self, key: str, watcher: str) -> None:
        """`watcher` waits for run `key`, if it is queued or running here."""
        with self._changed:
            self._housekeeping.note_activity()
            if job := self._work.jobs.get(key):
                self._work.jobs.check_in(job, watcher)
                self._server.announce("waiting", key)

    def awaited_by(self, watcher: str) -> list[str]:
        """The keys of the runs that `watcher` waits for, the running ones first. Call it at least once a minute:
        it also records that they are still there."""
        with self._changed:
            awaited = self._work.jobs.awaited_by(watcher)
            for job in awaited:
                self._housekeeping.note_activity()
                self._work.jobs.check_in(job, watcher)
                self._server.announce("waiting", job.run.key)
            return [job.run.key for job in awaited]

    def leave(self, key: str, watcher: str) -> None:
        """`watcher` no longer waits for run `key`; the last one to leave cancels it."""
        with self._changed:
            job = self._work.jobs.get(key)
            if job is None:
                return
            self._work.jobs.leave(job, watcher)
            if not self._work.jobs.present(job):
                self._work.abandon(job, "")
            self._changed.notify_all()

    def show(self, run: Run, visitor: str) -> None:
        """`visitor` has `run` on the page now, instead of the previous one; it is kept on disk until they
        leave it."""
        key = run.key if run.folder.parent == environment.runs_folder() else ""  # "": it comes with the app
        with self._changed:
            self._housekeeping.note_activity()
            self._open.show(key, visitor)
        if key:
            self._storage.use(run)

    def arrive(self, visitor: str, person: str) -> None:
        """A session has begun; one that does not say whose it is counts as a person of its own."""
        with self._changed:
            self._people[visitor] = person

    def forget(self, visitor: str) -> None:
        """The session has ended: at the next beat its person, if that was their last one, leaves their runs.
        Takes no lock, since the garbage collector may call it."""
        self._ended_sessions.put(visitor)

    def has(self, key: str) -> bool:
        """Whether run `key` is queued or running here."""
        with self._changed:
            return self._work.jobs.get(key) is not None

    def queued_before(self, key: str) -> int | None:
        """How many queued runs come before run `key`; None if it is not queued."""
        with self._changed:
            return self._work.jobs.position(key)

    def expected_wait(self, key: str) -> float | None:
        """Estimated seconds until run `key` starts; None if it is not queued."""
        with self._changed:
            return self._work.expected_wait(key)

    def others_watching(self, key: str, watcher: str) -> int:
        """How many people other than `watcher` wait for run `key`; those on other servers count as one."""
        with self._changed:
            job = self._work.jobs.get(key)
            here = len(self._work.jobs.present(job) - {watcher}) if job else 0
            return here + self._server.others_interested("waiting", key)

    def awaiting(self) -> int:
        """How many people wait for a run."""
        jobs = self._work.jobs
        with self._changed:
            return len({name for job in jobs.all() for name in jobs.present(job)})

    def standing(self) -> Standing:
        """What the engine is doing now."""
        jobs = self._work.jobs
        with self._changed:
            now = self._now()
            return Standing(
                slots=len(self._slots),
                pids=self.worker_pids(),
                running={job.run.key: job.seconds_at_work(now) for job in jobs.running()},
                waiting=len(jobs),
                most_waiting=jobs.most_waiting,
                replays_waiting=len(self._work.replays),
                sessions=len(self._open),
                stored_runs=self._storage.runs,
                stored_bytes=self._storage.bytes,
                most_bytes=self._storage.most_bytes,
                removed_runs=self._storage.removed,
            )

    def ask_for_replay(self, run: Run) -> None:
        """Queue the replay of a finished run, behind every training; does nothing if the replay is ready,
        queued, being made or has failed."""
        with self._changed:
            if self._work.replays.request(run):
                self._changed.notify_all()

    def replay_state(self, key: str) -> ReplayState:
        """The state of the replay of run `key` here; "none" also for a replay that is ready."""
        with self._changed:
            return self._work.replays.state(key)

    def worker_pids(self) -> list[int]:
        """The process ids of the live workers."""
        return [pid for slot in self._slots for pid in slot.pids()]

    def close(self) -> None:
        """Kill all workers. After a restart, the runs that they were training count as interrupted."""
        with self._changed:
            self._work.closing = True
            self._changed.notify_all()
        self._housekeeping.tidy_soon()
        for slot in self._slots:
            slot.close()
        self._slot_threads.join()
        self._beat_thread.join(timeout=5)
        self._server.close()
        gc.collect()  # frees the semaphores: a server ended by SIGTERM runs no exit hooks

    def _beat(self) -> None:
        while not self._work.closing:
            with contextlib.suppress(Empty):
                while True:
                    self._remove_session(self._ended_sessions.get_nowait())
            self._work.check_jobs()
            self._housekeeping.tidy_if_due()
            with self._changed:
                self._changed.wait_for(lambda: self._work.closing, timeout=BEAT)

    def _remove_session(self, visitor: str) -> None:
        with self._changed:
            self._housekeeping.note_activity()
            self._open.forget(visitor)
            person = self._people.pop(visitor, visitor)
            last = person not in self._people.values()
            keys = [job.run.key for job in self._work.jobs.awaited_by(person)] if last else []
        for key in keys:
            self.leave(key, person)
