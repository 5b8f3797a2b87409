"""Runs one page at a time.

Python runs one thread at a time: forty concurrent pages each take as long as all of them together; run one
after the other they take half as long on average, and finish at the same time.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# A page that blocks, on a slow disk or a long computation, delays the others by at most this.
LONGEST_WAIT = 2.0

_running = threading.Semaphore()
_turns = 0  # how many pages have run


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait until no other session's page is running, or none has finished for `LONGEST_WAIT` seconds."""
    global _turns
    mine, before = False, -1
    while not mine and before != _turns:
        before = _turns
        mine = _running.acquire(timeout=LONGEST_WAIT)
    try:
        yield
    finally:
        if mine:
            _turns += 1
            _running.release()
