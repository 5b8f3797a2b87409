"""Which replays are to be made: behind every training, and each once.

Knows no threads and no processes: the engine asks it under its own lock.
"""

from collections import deque
from typing import Literal

from core.pictures.replay import Replay
from core.runs import Run

MOST_WAITING = 50
MOST_PROBLEMS = 200  # that are remembered, so as not to try in vain again and again

ReplayState = Literal["none", "waiting", "computing", "failed"]


class ReplayQueue:
    """The replays that somebody wants to see."""

    def __init__(self) -> None:
        self._waiting: deque[Run] = deque()
        self._making: dict[str, Run] = {}
        self._problems: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, run: Run) -> bool:
        """Queue the replay of a finished run; returns False where that is done, under way, or has failed."""
        if self.state(run.key) != "none" or Replay(run).ready():
            return False
        self._waiting.append(run)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
        return True

    def state(self, key: str) -> ReplayState:
        """How far the replay of run `key` has come; "none" also for one that is ready."""
        if key in self._making:
            return "computing"
        if any(run.key == key for run in self._waiting):
            return "waiting"
        return "failed" if key in self._problems else "none"

    def take(self) -> Run | None:
        """The next one to be made."""
        while self._waiting:
            run = self._waiting.popleft()
            if run.status().state == "done":  # else it is trained anew
                self._making[run.key] = run
                Replay(run).withdraw_pause()
                return run
        return None

    def make_way(self, count: int) -> None:
        """Ask as many that are being made to pause."""
        for run in list(self._making.values())[:count]:
            Replay(run).request_pause()

    def put_back(self, run: Run, problem: str) -> None:
        """It was worked at: finished, or it failed with a sentence, or it was paused and goes on later; or it was
        given up, because the run is trained anew."""
        del self._making[run.key]
        if run.status().state != "done":
            return
        if problem:
            self._problems[run.key] = problem
            if len(self._problems) > MOST_PROBLEMS:
                del self._problems[next(iter(self._problems))]
        elif not Replay(run).ready():
            self._waiting.appendleft(run)

    def begin_anew(self, key: str) -> None:
        """The run is trained again, so its replay may be tried again."""
        self._problems.pop(key, None)
