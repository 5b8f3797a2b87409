"""The two clocks that the engine reads, so that a test can hand it others."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """`steady` only goes forward and measures how long something takes; `wall` is the time of day, which
    somebody may set. What decides about a run's life goes by `steady`; `wall` only dates files."""

    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
