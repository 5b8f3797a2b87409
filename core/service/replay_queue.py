"""Which replays are to be made: each once, and only while no training waits.

No threads or processes here: the caller holds the lock.
"""

from collections import deque
from typing import Literal

from core.pictures.replay import Replay
from core.runs import Run

MOST_WAITING = 50
MOST_PROBLEMS = 200  # remembered failures, which are not retried

ReplayState = Literal["none", "waiting", "computing", "failed"]


class ReplayQueue:
    """The replays that sessions have requested, and those being made."""

    def __init__(self) -> None:
        self._waiting: deque[Run] = deque()
        self._making: dict[str, Run] = {}
        self._problems: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def request(self, run: Run) -> bool:
        """Queue the replay of a finished run; False if it is ready, queued, being made or has failed."""
        if self.state(run.key) != "none" or Replay(run).ready():
            return False
        self._waiting.append(run)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
        return True

    def state(self, key: str) -> ReplayState:
        """The state of the replay of run `key`; "none" also for one that is ready."""
        if key in self._making:
            return "computing"
        if any(run.key == key for run in self._waiting):
            return "waiting"
        return "failed" if key in self._problems else "none"

    def take(self) -> Run | None:
        """The next run whose replay is to be made; None if there is none."""
        while self._waiting:
            run = self._waiting.popleft()
            if run.status().state == "done":  # else it is being trained again
                self._making[run.key] = run
                Replay(run).withdraw_pause()
                return run
        return None

    def preempt(self, count: int) -> None:
        """Ask up to `count` replays that are being made to pause."""
        for run in list(self._making.values())[:count]:
            Replay(run).request_pause()

    def release(self, run: Run, problem: str) -> None:
        """A worker is done with it: the replay is ready, has failed (`problem` says why), was paused and is
        queued again, or was dropped because the run is trained again."""
        del self._making[run.key]
        if run.status().state != "done":
            return
        if problem:
            self._problems[run.key] = problem
            if len(self._problems) > MOST_PROBLEMS:
                del self._problems[next(iter(self._problems))]
        elif not Replay(run).ready():
            self._waiting.appendleft(run)

    def forget_problem(self, key: str) -> None:
        """Allow a replay that failed to be made again: its run is trained again."""
        self._problems.pop(key, None)
