"""The two clocks of the engine, which a test can replace."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """`steady` is monotonic and measures durations: every decision about a run uses it. `wall` is the time of
    day, which may be set back; it only dates files."""

    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
