"""Keeps the disk and the memory of the server within their bounds; called by the engine's beat."""

import gc
import math
import threading
import time
from collections.abc import Callable

from core.runs import byte_cache
from core.service.free_memory import release_memory
from core.service.storage import Storage

TIDY_EVERY = 10.0  # seconds between two checks of disk and memory
UNUSED_AFTER = 60.0  # seconds after which a cached result that nobody requests is evicted
QUIET_AFTER = (
    90.0  # seconds without a request from any page, after which freed memory goes back to the system
)


class Housekeeping:
    """Tidies `storage`, the byte cache and the process's memory.

    lock: guards the time of the last activity. now: the steady clock.
    """

    def __init__(self, storage: Storage, lock: threading.Condition, now: Callable[[], float]) -> None:
        self._storage = storage
        self._lock = lock
        self._now = now
        self._due = threading.Event()
        self._tidied = -math.inf
        self._active = -math.inf  # when memory was last used or freed; -inf: released since then

    def note_activity(self) -> None:
        """A session has asked for something, or ended."""
        self._active = self._now()

    def tidy_soon(self) -> None:
        """Tidy at the next beat."""
        self._due.set()

    def tidy_if_due(self) -> None:
        """Tidy every TIDY_EVERY seconds, or when `tidy_soon` was called."""
        if not self._due.is_set() and time.monotonic() - self._tidied <= TIDY_EVERY:
            return
        self._due.clear()
        self._storage.tidy()
        if self._storage.full():
            gc.collect()  # some sessions that Streamlit has dropped are only held by reference cycles
        if byte_cache.drop_unused(UNUSED_AFTER):
            self.note_activity()
        self._release_memory()
        self._tidied = time.monotonic()

    def _release_memory(self) -> None:
        """Release freed memory once after each busy period. Doesn't wait until every session has ended:
        Streamlit keeps those that left until another one comes."""
        with self._lock:
            if self._active == -math.inf or self._now() - self._active < QUIET_AFTER:
                return
            self._active = -math.inf
        release_memory()
