"""Which run is trained next: round-robin over people, each with at most one running and one queued run.

A person is a browser with all its tabs (pages/ui/state.py). No threads, processes or files here: the caller
holds the lock.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from core.config import RunConfig
from core.config.cost import cost_of
from core.runs import Run

# A bound on memory: somebody served longer ago counts as never served.
MOST_REMEMBERED = 1000
# Queued runs of one address: who throws cookies away is a new person each time. A classroom shares an address.
MOST_OF_AN_ADDRESS = 60


class NotNow(Exception):
    """The run was refused; the message says why and what to do next."""


@dataclass
class Job:
    """A run that people wait for.

    owner: the person whose quota it uses. address: theirs on the internet, "" if it says nothing. watchers:
    person -> when they last checked in. started: when a worker took it. elsewhere: another server is working
    on it.
    """

    run: Run
    config: RunConfig
    owner: str
    address: str = ""
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

    most_waiting: how many may be queued at once. gone_after: seconds after their last check-in when somebody
    counts as gone. now: the steady clock.
    """

    def __init__(self, most_waiting: int, gone_after: float, now: Callable[[], float]) -> None:
        self.most_waiting = most_waiting
        self.gone_after = gone_after
        self._now = now
        self._waiting: dict[str, Job] = {}  # by key, in order of arrival
        self._running: dict[str, Job] = {}
        self._last_turns: dict[str, int] = {}  # person -> the turn in which they were last served
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
        """The people who still wait for the job: those who checked in recently."""
        now = self._now()
        return {name for name, heard in job.watchers.items() if now - heard < self.gone_after}

    def check_in(self, job: Job, watcher: str) -> None:
        """`watcher` waits for the job and is still there."""
        job.watchers[watcher] = self._now()

    def awaited_by(self, watcher: str) -> list[Job]:
        """The jobs that `watcher` waits for, the running ones first."""
        return [job for job in self.all() if watcher in job.watchers]

    def check_room_for(self, watcher: str, address: str = "") -> None:
        """Raises NotNow if `watcher` already has a queued run, or the queue is full, or their address has its
        share of it."""
        waiting = self._waiting.values()
        if any(job.owner == watcher for job in waiting):
            raise NotNow(
                "A run of yours is waiting already; one at a time may wait. Stop that one, or start this "
                "one when it has begun."
            )
        if len(waiting) >= self.most_waiting:
            raise NotNow(_busy_class(len(waiting), "as many as this server takes"))
        neighbours = sum(bool(address) and job.address == address for job in waiting)
        if neighbours >= MOST_OF_AN_ADDRESS:
            raise NotNow(_busy_class(neighbours, "as many as this server takes from your internet address"))

    def add(self, job: Job) -> None:
        """Queue the job; people who were served longer ago still come first."""
        self._waiting[job.run.key] = job

    def start(self, free: Callable[[Job], bool] = lambda job: True) -> Job | None:
        """Take the next job for a worker; None if none may start.

        free: whether no other process is working on the job's run; if one is, the job stays queued.
        """
        for job in self._in_turn():
            free_people = self.present(job) - self._own_running()
            if job.elsewhere or not free_people:
                continue
            if not free(job):
                job.elsewhere = True
                continue
            if job.owner not in free_people:  # another run of theirs is trained: others need not wait for it
                job.owner = min(free_people)
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
        free_at = sorted(self._seconds_left(job, pace) for job in self._running.values())
        free_at = [0.0] * (workers - len(free_at)) + free_at
        for job in self._line()[:position]:  # each takes the worker that is free first
            free_at[0] += job.size * pace
            free_at.sort()
        own = {job.owner: self._seconds_left(job, pace) for job in self._running.values()}
        job = self._waiting[key]
        return max(free_at[0], min(own.get(name, 0.0) for name in self.present(job) | {job.owner}))

    def _seconds_left(self, job: Job, pace: float) -> float:
        """Estimated, of a running job; one that takes longer than expected is taken to be four fifths done."""
        past = job.seconds_at_work(self._now())
        return max(job.size * pace - past, past / 4)

    def _line(self) -> list[Job]:
        return [job for job in self._in_turn() if not job.elsewhere]

    def _in_turn(self) -> list[Job]:
        """Least recently served person first; first come, first served among those never served."""
        return sorted(self._waiting.values(), key=self._last_turn)

    def _last_turn(self, job: Job) -> float:
        """The earliest among all people who wait for the run."""
        waiting = self.present(job) | {job.owner}
        return min(self._last_turns.get(name, -math.inf) for name in waiting)

    def _own_running(self) -> set[str]:
        """Who has a run that is trained."""
        return {job.owner for job in self._running.values()}

    def _record_turn(self, person: str) -> None:
        self._turn += 1
        self._last_turns.pop(person, None)
        self._last_turns[person] = self._turn
        if len(self._last_turns) > MOST_REMEMBERED:
            del self._last_turns[next(iter(self._last_turns))]


def _busy_class(waiting: int, bound: str) -> str:
    runs = "1 run is" if waiting == 1 else f"{waiting} runs are"
    return (
        f"The class is busy: {runs} waiting, {bound}. Yours was not queued. You can look at finished runs and the "
        "example until then; try again in a minute."
    )
