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


@contextmanager
def in_turn() -> Iterator[None]:
    """Waits until no other session's page is being drawn, `LONGEST_WAIT` seconds at most."""
    mine = _drawing.acquire(timeout=LONGEST_WAIT)
    try:
        yield
    finally:
        if mine:
            _drawing.release()
