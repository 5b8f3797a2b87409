"""Whose run is trained next: one running and one waiting a session, sessions in turn.

Knows no threads, no processes and no files: the engine asks it under its own lock.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from core.config import RunConfig
from core.runs import Run

# Who was served long ago counts as never served: a bound on what is remembered, nothing else.
MOST_REMEMBERED = 1000


class NotNow(Exception):
    """A run is not taken; the message says why and what to do next."""


@dataclass
class Job:
    """A run that somebody waits for. `owner` is the session that it counts for."""

    run: Run
    config: RunConfig
    owner: str
    watchers: dict[str, float] = field(default_factory=dict)  # who waits for it -> when last heard of
    started: float | None = None  # when a worker took it
    elsewhere: bool = False  # another server is at work on it

    @property
    def size(self) -> float:
        """How long it will take, in units that only compare with each other."""
        return self.config.epochs + 1.0  # measuring takes about as long as an epoch

    def seconds_at_work(self, now: float) -> float:
        """How long a worker has had it."""
        return 0.0 if self.started is None else now - self.started


class FairQueue:
    """The jobs of one server, waiting and running.

    most_waiting: how many may wait at once. gone_after: seconds after which a session that has not been
    heard of no longer counts. now: the steady clock.
    """

    def __init__(self, most_waiting: int, gone_after: float, now: Callable[[], float]) -> None:
        self.most_waiting = most_waiting
        self.gone_after = gone_after
        self._now = now
        self._waiting: dict[str, Job] = {}  # by key, in order of arrival
        self._running: dict[str, Job] = {}
        self._turns: dict[str, int] = {}  # session -> the turn at which a run of its was last started
        self._turn = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def get(self, key: str) -> Job | None:
        """The job of run `key`, waiting or running."""
        return self._waiting.get(key) or self._running.get(key)

    def all(self) -> list[Job]:
        """Every job, the running ones first."""
        return [*self._running.values(), *self._waiting.values()]

    def running(self) -> list[Job]:
        """The jobs that workers have."""
        return list(self._running.values())

    def present(self, job: Job) -> set[str]:
        """Who still waits for the job: those heard of lately."""
        now = self._now()
        return {name for name, heard in job.watchers.items() if now - heard < self.gone_after}

    def hear_of(self, job: Job, watcher: str) -> None:
        """`watcher` waits for the job, and is there."""
        job.watchers[watcher] = self._now()

    def check_room_for(self, watcher: str) -> None:
        """Raises NotNow where the session has a waiting run already, or the whole queue is full."""
        if any(job.owner == watcher for job in self._waiting.values()):
            raise NotNow(
                "A run of yours is waiting already; one at a time may wait. Stop that one, or train this "
                "one when it has begun."
            )
        if len(self._waiting) >= self.most_waiting:
            raise NotNow(
                f"The class is busy: {len(self._waiting)} runs are waiting, as many as this server takes. "
                "Yours was not queued. Finished runs and the example can be looked at meanwhile; "
                "press Train again in a minute."
            )

    def add(self, job: Job) -> None:
        """At the end of the line, as far as turns leave it there."""
        self._waiting[job.run.key] = job

    def start(self, free: Callable[[Job], bool] = lambda job: True) -> Job | None:
        """Take the next job for a worker; None where there is none that may start.

        free: whether nobody else is at work on a job's run; one that is taken stays in the queue.
        """
        for job in self._in_turn():
            if job.elsewhere or self._busy(job.owner) or not self.present(job):
                continue
            if not free(job):
                job.elsewhere = True
                continue
            del self._waiting[job.run.key]
            self._running[job.run.key] = job
            job.started = self._now()
            self._served(job.owner)
            return job
        return None

    def drop(self, key: str) -> None:
        """Forget a job, waiting or running."""
        self._waiting.pop(key, None)
        self._running.pop(key, None)

    def leave(self, job: Job, watcher: str) -> None:
        """`watcher` no longer waits for the job; where it counted for them, it counts for another now."""
        job.watchers.pop(watcher, None)
        present = self.present(job)
        if job.owner == watcher and present:
            burdened = {other.owner for other in self.all() if other is not job}
            job.owner = min(present, key=lambda name: (name in burdened, name))

    def place(self, key: str) -> int | None:
        """How many waiting runs come before run `key`; None for one that does not wait here."""
        if key not in self._waiting or self._waiting[key].elsewhere:
            return None
        return next(place for place, job in enumerate(self._line()) if job.run.key == key)

    def wait_for(self, key: str, workers: int, seconds_a_unit: float) -> float | None:
        """About how many seconds until a worker takes run `key`, given how long a unit of size takes."""
        place = self.place(key)
        if place is None:
            return None
        now = self._now()
        free_at = sorted(
            max(0.0, job.size * seconds_a_unit - job.seconds_at_work(now)) for job in self._running.values()
        )
        free_at = [0.0] * (workers - len(free_at)) + free_at
        for job in self._line()[:place]:  # each takes the worker that is free first
            free_at[0] += job.size * seconds_a_unit
            free_at.sort()
        return free_at[0]

    def _line(self) -> list[Job]:
        return [job for job in self._in_turn() if not job.elsewhere]

    def _in_turn(self) -> list[Job]:
        """Who was served longest ago comes first; of those never served, who came first."""
        return sorted(self._waiting.values(), key=self._longest_ago)

    def _longest_ago(self, job: Job) -> float:
        """A run that several wait for has the best turn of them all."""
        waiting = self.present(job) | {job.owner}
        return min(self._turns.get(name, -math.inf) for name in waiting)

    def _busy(self, session: str) -> bool:
        return any(job.owner == session for job in self._running.values())

    def _served(self, session: str) -> None:
        self._turn += 1
        self._turns.pop(session, None)
        self._turns[session] = self._turn
        if len(self._turns) > MOST_REMEMBERED:
            del self._turns[next(iter(self._turns))]
