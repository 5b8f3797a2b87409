"""One page is drawn after the other.

Python runs one thread at a time: forty pages drawn at once take each as long as all of them together, and
one after the other half as long on average, with the same end.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# A page that is held up, by a slow disk or by arithmetic of its own, does not hold up the others for longer.
LONGEST_WAIT = 2.0

_drawing = threading.Semaphore()
_turns = 0  # so many pages have had theirs


@contextmanager
def in_turn() -> Iterator[None]:
    """Waits until no other session's page is being drawn, or none has ended for `LONGEST_WAIT` seconds."""
    global _turns
    mine, before = False, -1
    while not mine and before != _turns:
        before = _turns
        mine = _drawing.acquire(timeout=LONGEST_WAIT)
    try:
        yield
    finally:
        if mine:
            _turns += 1
            _drawing.release()
