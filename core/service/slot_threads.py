"""One thread per slot: takes work from the queue, gives it to the slot's worker, and reports how it ended."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Any, Literal

from core.runs import Run, State, why
from core.service.fair_queue import Job
from core.service.slots import Slot
from core.service.work_queue import WorkQueue
from core.service.worker import replay_in_folder, run_in_folder, warm_up

log = logging.getLogger(__name__)

# How a task ends: by itself, or killed since it took too long, or did not stop soon after it was asked to.
Ending = Literal["itself", "deadline", "stop"]

SECONDS_TO_STOP = 0.4  # a worker asked to stop that has not by then is in one long step: it is killed

DIED = (
    "The training process ended without a word: it was killed, or the machine ran out of memory. "
    "Nothing else is lost; train again."
)


class SlotThreads:
    """The threads that feed the slots.

    deadline_seconds: a task that takes longer is killed and fails. now: the steady clock. after_training:
    called when a run has left its slot. A training that is asked to stop ends within a second, whatever it does.
    """

    def __init__(
        self,
        slots: Sequence[Slot],
        work: WorkQueue,
        server: str,
        deadline_seconds: float,
        now: Callable[[], float],
        after_training: Callable[[], None],
    ) -> None:
        self._slots = slots
        self._work = work
        self._server = server
        self._deadline = deadline_seconds
        self._now = now
        self._after_training = after_training
        self._threads = [
            threading.Thread(target=self._serve, args=(number,), daemon=True, name=f"slot {number}")
            for number in range(len(slots))
        ]

    def start(self) -> None:
        """Start taking work."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for the threads, after the queue and the slots are closed: each keeps its executor alive."""
        for thread in self._threads:
            thread.join(timeout=5)

    def _serve(self, number: int) -> None:
        while work := self._work.take(number):
            if isinstance(work, Job):
                self._train(number, work)
            else:
                self._make_replay(number, work)

    def _train(self, number: int, job: Job) -> None:
        said = None
        try:
            function = partial(run_in_folder, deadline=self._deadline)
            said = self._in_slot(number, job.run, function, lambda message: self._report(job, message), job)
        finally:
            self._work.release(number, job, again=said is not False)
            self._after_training()

    def _make_replay(self, number: int, run: Run) -> None:
        problems: list[str] = []
        problem = self._in_slot(number, run, replay_in_folder, problems.append)
        self._work.return_replay(number, run, problem or "".join(problems))

    def _in_slot(
        self,
        number: int,
        run: Run,
        function: Callable[..., Any],
        failed: Callable[[str], None],
        training: Job | None = None,
    ) -> Any:
        """Call `function` on the run's folder in the slot's worker and return its result; if that fails,
        call `failed` with the reason and return None. training: the job that it trains, which may be stopped."""
        slot = self._slots[number]
        try:
            self._wake(slot, run)
            future = slot.submit(function, str(run.folder), self._server)
            ending = self._ending(future, training)
            if ending == "itself":
                return future.result()
            slot.kill()
            if training is not None and ending == "stop":
                self._stopped(training)
                slot.submit(warm_up)  # so that the next run does not wait for a new process
                return None
            failed(f"The run took longer than {self._deadline:g} seconds and was ended.")
        except slot.deaths:
            slot.kill()
            failed(DIED)
        except Exception as error:  # no process could be started: this run fails, the slot stays usable
            log.exception("run %s could not be handed to a worker", run.key)
            slot.kill()
            failed(f"The training process could not be started ({why(error)}). Try again in a moment.")
        return None

    def _wake(self, slot: Slot, run: Run) -> None:
        """Have the slot's worker answer: one that the system killed while it was idle takes a moment to die, and
        would take the run with it. The next task then gets a new one."""
        try:
            if self._ending(slot.submit(os.path.isdir, str(run.folder)), None) != "itself":
                slot.kill()
        except slot.deaths:
            slot.kill()

    def _ending(self, future: "Future[Any]", training: Job | None) -> Ending:
        """Wait until it ends, or has to be killed."""
        began = self._now()
        asked: float | None = None
        while not wait([future], timeout=min(0.1, self._deadline)).done:
            now = self._now()
            stops = training is not None and _waits_to_stop(training.run)
            asked = (now if asked is None else asked) if stops else None
            if asked is not None and now - asked > SECONDS_TO_STOP:
                return "stop"
            if now - began > self._deadline:
                return "deadline"
        return "itself"

    def _report(self, job: Job, message: str) -> None:
        self._end(job, "failed", message)

    def _stopped(self, job: Job) -> None:
        self._end(job, "cancelled", job.run.why_cancelled())

    def _end(self, job: Job, state: State, message: str) -> None:
        if not self._work.closing:
            with contextlib.suppress(OSError):  # a deleted folder needs no status
                job.run.end(state, message, self._server)


def _waits_to_stop(run: Run) -> bool:
    return run.cancel_requested() and not run.status().ended
