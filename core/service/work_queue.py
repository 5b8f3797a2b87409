"""The work of one server: runs to train, replays to make, and the slots that are free to do it.

One condition, `changed`, guards all of it. `take`, `release`, `return_replay` and `check_jobs` acquire it
themselves; hold it around every other call.
"""

import contextlib
import threading
from collections.abc import Callable

from core.config.cost import training_seconds
from core.runs import Run, RunsFolderUnusable
from core.service.fair_queue import FairQueue, Job
from core.service.replay_queue import ReplayQueue
from core.service.servers import ThisServer

NOBODY_WAITED = "Nobody was waiting for it any more: the page was closed, or its computer asleep."


class WorkQueue:
    """The jobs and replays of one server, and its free slots.

    slots: how many there are. most_waiting, grace_seconds: see core/environment.py. now: the steady clock.
    """

    def __init__(
        self,
        slots: int,
        most_waiting: int,
        grace_seconds: float,
        server: ThisServer,
        now: Callable[[], float],
    ) -> None:
        self.changed = threading.Condition()
        self.closing = False
        self.jobs = FairQueue(most_waiting, grace_seconds, now)
        self.replays = ReplayQueue()
        self._server = server
        self._now = now
        self._slots = slots
        self._free = set(range(slots))
        # seconds that the last trainings took here, and on the machine of `core.config.cost`; at first as if both
        # were equal
        self._took = self._expected = 5.0

    def add(self, job: Job) -> None:
        """Queue a job whose run's folder is ready."""
        self.jobs.add(job)
        self.replays.forget_problem(job.run.key)
        if not self._free:  # trainings come first: each waiting one preempts a replay
            self.replays.preempt(len(self.jobs))
        self.changed.notify_all()

    def abandon(self, job: Job, why: str) -> None:
        """The last session here has left the job: cancel it, unless another server's sessions wait for it."""
        key = job.run.key
        self._server.withdraw("waiting", key)
        wanted_elsewhere = self._server.others_interested("waiting", key)
        if not wanted_elsewhere and not job.run.cancel_requested():
            job.run.request_cancel(why)
        queued = job.run.status().state == "queued"
        if queued and job.run.has_writer():
            return  # a worker that took it is starting, or one makes its replay: once more at the next beat
        if job.started is None:
            self.jobs.remove(key)
        if queued and not wanted_elsewhere:
            with contextlib.suppress(OSError):  # a deleted folder needs no status
                job.run.end("cancelled", why, self._server.id)

    def expected_wait(self, key: str) -> float | None:
        """Estimated seconds until run `key` starts; None if it is not queued."""
        return self.jobs.expected_wait(key, self._slots, self.pace)

    @property
    def pace(self) -> float:
        """The seconds that a run takes here, as a multiple of `Cost.seconds`."""
        return self._took / self._expected

    # ---- for the slots' threads

    def take(self, slot: int) -> "Job | Run | None":
        """Block until there is work for `slot`: a job to train, or a run without its replay; None: closing."""
        with self.changed:
            while not self.closing:
                # the first free slot takes it: its worker is the likeliest to be warm
                if slot == min(self._free) and (work := self._next()):
                    self._free.remove(slot)
                    self.changed.notify_all()
                    return work
                self.changed.wait()
            return None

    def release(self, slot: int, job: Job, *, again: bool = True) -> None:
        """`slot` is done with `job`, however it ended. again: whether it may be queued again."""
        with self.changed:
            self._free.add(slot)
            self.jobs.remove(job.run.key)
            status = job.run.status()
            if status.state == "done" and not status.stopped_early:
                self._took = 0.7 * self._took + status.seconds
                self._expected = 0.7 * self._expected + training_seconds(job.config)
            if not (again and status.state in ("cancelled", "queued") and self._requeue(job)):
                self._server.withdraw("waiting", job.run.key)
            self.changed.notify_all()

    def return_replay(self, slot: int, run: Run, problem: str) -> None:
        """`slot` is done with the replay of `run`; `problem`: why it failed, or ""."""
        with self.changed:
            self._free.add(slot)
            self.replays.release(run, problem)
            self.changed.notify_all()

    # ---- for the engine's beat

    def check_jobs(self) -> None:
        """Abandon the jobs whose sessions are gone, and follow those that another server works on."""
        with self.changed:
            for job in self.jobs.all():
                if not self.jobs.present(job):
                    self.abandon(job, NOBODY_WAITED)
                elif job.elsewhere:
                    self._follow(job)
            self.changed.notify_all()

    def _next(self) -> "Job | Run | None":
        return self.jobs.start(free=lambda job: not job.run.has_writer()) or self.replays.take()

    def _requeue(self, job: Job) -> bool:
        """Queue a run again that was cancelled, or cut short elsewhere, while sessions still wait for it."""
        if self.closing or not self.jobs.present(job):
            return False
        try:
            job.run.begin(job.config, unless_whole=True)
        except RunsFolderUnusable:
            return False
        job.run.withdraw_cancel()
        job.elsewhere, job.started = False, None
        self.add(job)
        return True

    def _follow(self, job: Job) -> None:
        """Check on a run that another server, or a replay's worker, was writing."""
        if job.run.has_writer():
            return
        if job.run.status().state == "done":
            self.jobs.remove(job.run.key)
            self._server.withdraw("waiting", job.run.key)
        else:  # stopped, timed out or left half-done there: the sessions here still want it
            self._requeue(job)
