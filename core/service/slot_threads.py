"""One thread per slot: takes work from the queue, gives it to the slot's worker, and reports how it ended."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from typing import Any

from core.runs import Run
from core.service.fair_queue import Job
from core.service.slots import Slot
from core.service.work_queue import WorkQueue
from core.service.worker import replay_in_folder, run_in_folder

log = logging.getLogger(__name__)

DIED = (
    "The training process ended without a word: it was killed, or the machine ran out of memory. "
    "Nothing else is lost; train again."
)


class SlotThreads:
    """The threads that feed the slots.

    deadline_seconds: a task that takes longer is killed and fails. now: the steady clock. after_training:
    called when a run has left its slot.
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
            said = self._in_slot(number, job.run, run_in_folder, lambda message: self._report(job, message))
        finally:
            self._work.release(number, job, again=said is not False)
            self._after_training()

    def _make_replay(self, number: int, run: Run) -> None:
        problems: list[str] = []
        problem = self._in_slot(number, run, replay_in_folder, problems.append)
        self._work.return_replay(number, run, problem or "".join(problems))

    def _in_slot(
        self, number: int, run: Run, function: Callable[..., Any], failed: Callable[[str], None]
    ) -> Any:
        """Call `function` on the run's folder in the slot's worker and return its result; if that fails,
        call `failed` with the reason and return None."""
        slot = self._slots[number]
        try:
            self._wake(slot, run)
            future = slot.submit(function, str(run.folder), self._server)
            if self._ends_in_time(future):
                return future.result()
            slot.kill()
            failed(f"The run took longer than {self._deadline:g} seconds and was ended.")
        except slot.deaths:
            slot.kill()
            failed(DIED)
        except Exception as error:  # no process could be started: this run fails, the slot stays usable
            log.exception("run %s could not be handed to a worker", run.key)
            slot.kill()
            failed(f"The training process could not be started ({error}). Try again in a moment.")
        return None

    def _wake(self, slot: Slot, run: Run) -> None:
        """Have the slot's worker answer: one that the system killed while it was idle takes a moment to die, and
        would take the run with it. The next task then gets a new one."""
        try:
            if not self._ends_in_time(slot.submit(os.path.isdir, str(run.folder))):
                slot.kill()
        except slot.deaths:
            slot.kill()

    def _ends_in_time(self, future: "Future[Any]") -> bool:
        began = self._now()
        while not wait([future], timeout=min(1.0, self._deadline)).done:
            if self._now() - began > self._deadline:
                return False
        return True

    def _report(self, job: Job, message: str) -> None:
        if not self._work.closing:
            with contextlib.suppress(OSError):  # a deleted folder needs no status
                job.run.end("failed", message, self._server)
