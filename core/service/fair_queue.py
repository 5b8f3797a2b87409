"""Which run is trained next: round-robin over sessions, each with at most one running and one queued run.

No threads, processes or files here: the caller holds the lock.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from core.config import RunConfig
from core.config.cost import cost_of
from core.runs import Run

# A bound on memory: a session served longer ago counts as never served.
MOST_REMEMBERED = 1000


class NotNow(Exception):
    """The run was refused; the message says why and what to do next."""


@dataclass
class Job:
    """A run that sessions wait for.

    owner: the session whose quota it uses. watchers: session -> when it last checked in. started: when a
    worker took it. elsewhere: another server is working on it.
    """

    run: Run
    config: RunConfig
    owner: str
    watchers: dict[str, float] = field(default_factory=dict)
    started: float | None = None
    elsewhere: bool = False

    @property
    def size(self) -> float:
        """Its expected duration, in seconds of the machine of `core.config.cost`."""
        return cost_of(self.config).seconds

    def seconds_at_work(self, now: float) -> float:
        """How long a worker has been training it."""
        return 0.0 if self.started is None else now - self.started


class FairQueue:
    """The jobs of one server, queued and running.

    most_waiting: how many may be queued at once. gone_after: seconds after its last check-in when a session
    counts as gone. now: the steady clock.
    """

    def __init__(self, most_waiting: int, gone_after: float, now: Callable[[], float]) -> None:
        self.most_waiting = most_waiting
        self.gone_after = gone_after
        self._now = now
        self._waiting: dict[str, Job] = {}  # by key, in order of arrival
        self._running: dict[str, Job] = {}
        self._last_turns: dict[str, int] = {}  # session -> the turn in which it was last served
        self._turn = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def get(self, key: str) -> Job | None:
        """The job of run `key`, queued or running."""
        return self._waiting.get(key) or self._running.get(key)

    def all(self) -> list[Job]:
        """Every job, the running ones first."""
        return [*self._running.values(), *self._waiting.values()]

    def running(self) -> list[Job]:
        """The jobs being trained."""
        return list(self._running.values())

    def present(self, job: Job) -> set[str]:
        """The sessions that still wait for the job: those that checked in recently."""
        now = self._now()
        return {name for name, heard in job.watchers.items() if now - heard < self.gone_after}

    def check_in(self, job: Job, watcher: str) -> None:
        """`watcher` waits for the job and is still there."""
        job.watchers[watcher] = self._now()

    def check_room_for(self, watcher: str) -> None:
        """Raises NotNow if the session already has a queued run, or the queue is full."""
        if any(job.owner == watcher for job in self._waiting.values()):
            raise NotNow(
                "A run of yours is waiting already; one at a time may wait. Stop that one, or train this "
                "one when it has begun."
            )
        if len(self._waiting) >= self.most_waiting:
            raise NotNow(
                f"The class is busy: {len(self._waiting)} runs are waiting, as many as this server takes. "
                "Yours was not queued. You can look at finished runs and the example until then; "
                "press Train again in a minute."
            )

    def add(self, job: Job) -> None:
        """Queue the job; sessions that were served longer ago still come first."""
        self._waiting[job.run.key] = job

    def start(self, free: Callable[[Job], bool] = lambda job: True) -> Job | None:
        """Take the next job for a worker; None if none may start.

        free: whether no other process is working on the job's run; if one is, the job stays queued.
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
            self._record_turn(job.owner)
            return job
        return None

    def remove(self, key: str) -> None:
        """Remove a job, queued or running."""
        self._waiting.pop(key, None)
        self._running.pop(key, None)

    def leave(self, job: Job, watcher: str) -> None:
        """`watcher` no longer waits for the job; if it owned the job, another watcher becomes the owner."""
        job.watchers.pop(watcher, None)
        present = self.present(job)
        if job.owner == watcher and present:
            owners = {other.owner for other in self.all() if other is not job}
            job.owner = min(present, key=lambda name: (name in owners, name))

    def position(self, key: str) -> int | None:
        """How many queued runs come before run `key`; None if it is not queued here."""
        if key not in self._waiting or self._waiting[key].elsewhere:
            return None
        return next(position for position, job in enumerate(self._line()) if job.run.key == key)

    def expected_wait(self, key: str, workers: int, pace: float) -> float | None:
        """Estimated seconds until a worker takes run `key`; None if it is not queued here."""
        position = self.position(key)
        if position is None:
            return None
        now = self._now()
        free_at = sorted(
            max(0.0, job.size * pace - job.seconds_at_work(now)) for job in self._running.values()
        )
        free_at = [0.0] * (workers - len(free_at)) + free_at
        for job in self._line()[:position]:  # each takes the worker that is free first
            free_at[0] += job.size * pace
            free_at.sort()
        return free_at[0]

    def _line(self) -> list[Job]:
        return [job for job in self._in_turn() if not job.elsewhere]

    def _in_turn(self) -> list[Job]:
        """Least recently served session first; first come, first served among those never served."""
        return sorted(self._waiting.values(), key=self._last_turn)

    def _last_turn(self, job: Job) -> float:
        """The earliest among all sessions that wait for the run."""
        waiting = self.present(job) | {job.owner}
        return min(self._last_turns.get(name, -math.inf) for name in waiting)

    def _busy(self, session: str) -> bool:
        return any(job.owner == session for job in self._running.values())

    def _record_turn(self, session: str) -> None:
        self._turn += 1
        self._last_turns.pop(session, None)
        self._last_turns[session] = self._turn
        if len(self._last_turns) > MOST_REMEMBERED:
            del self._last_turns[next(iter(self._last_turns))]
