"""Turns for work in this process that takes a core: one at a time, fairly.

No files, no processes; knows people and addresses only as names.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# A bound on memory: somebody served longer ago counts as never served.
MOST_REMEMBERED = 1000
LOOK = 0.5  # seconds between two questions whether somebody who waits is still there


class NotWanted(Exception):
    """Nobody waits for the work any more, or who asks waits for too much already."""


@dataclass(frozen=True)
class Asker:
    """Who asks. address: "" if it says nothing. present: whether they are still there."""

    person: str
    address: str = ""
    present: Callable[[], bool] = lambda: True


@dataclass(eq=False)
class _Waiting:
    asker: Asker
    number: int


class Turns:
    """One at a time. Next is the address served longest ago, of its people the one served longest ago, and of
    their requests the first: ten tabs get one person's turns, and who is a new person each time gets those of one
    address. An address that says nothing counts as the person's own.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._waiting: list[_Waiting] = []
        self._served: dict[str, int] = {}  # address or person -> the turn in which they were last served
        self.count = 0  # how many turns have ended

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return len(self._waiting)

    @contextmanager
    def turn(self, asker: Asker) -> Iterator[None]:
        """Wait for a turn, and hold it. Raises NotWanted."""
        self.take(asker)
        try:
            yield
        finally:
            self.release()

    def take(self, asker: Asker, *, seconds: float | None = None) -> bool:
        """Wait for a turn; False if there was none within `seconds`. Raises NotWanted."""
        until = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            mine = _Waiting(asker, self._number())
            self._waiting.append(mine)
            try:
                while self._busy or min(self._waiting, key=self._place) is not mine:
                    left = LOOK if until is None else min(LOOK, until - time.monotonic())
                    if left <= 0:
                        return False
                    self._changed.wait(left)
                    if not asker.present():
                        raise NotWanted("Nobody waits for it any more.")
                self._busy = True
                self._record(asker)
                return True
            finally:
                self._waiting.remove(mine)
                self._changed.notify_all()

    def release(self) -> None:
        """End a turn."""
        with self._changed:
            self._busy = False
            self.count += 1
            self._changed.notify_all()

    def _number(self) -> int:
        return max((each.number for each in self._waiting), default=0) + 1

    def _place(self, waiting: _Waiting) -> tuple[int, int, int]:
        asker = waiting.asker
        address = self._served.get(asker.address or asker.person, -1)
        return address, self._served.get(asker.person, -1), waiting.number

    def _record(self, asker: Asker) -> None:
        for name in {asker.address or asker.person, asker.person}:
            self._served.pop(name, None)
            self._served[name] = self.count
        while len(self._served) > MOST_REMEMBERED:
            del self._served[next(iter(self._served))]
