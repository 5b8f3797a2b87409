"""Adaptive polling of a run under way, by a page and by its canvas: more waiting sessions, longer interval.

A canvas that watches the run requests a rerun of its page when there is something new (assets/canvas/fetching.js);
a page without one reruns every `seconds()`.
"""

import random

from core import environment
from core.service.shared_engine import shared_engine
from pages.ui import state

QUICKEST = 0.6  # seconds
SLOWEST = 10.0
A_SESSION = 0.25  # seconds per waiting session: forty pages that rerun twice a second use a full core
LOOK_QUICKEST = 400  # milliseconds between two polls by a canvas
LOOK_SLOWEST = 1700
LOOK_A_SESSION = 42


def seconds() -> float:
    """Between two reruns of this session's page; jittered by session, so that pages don't rerun in lockstep."""
    spread = 0.85 + 0.3 * int(state.visitor()[:4], 16) / 0xFFFF
    return _seconds(spread)


def has_changed(used: float) -> bool:
    """Whether the number of waiting sessions has changed enough for a page that reruns every `used` seconds."""
    return not 0.45 < used / seconds() < 2.2


def silence() -> float:
    """The most seconds without a request of somebody who waits: after too long they are considered gone."""
    return min(SLOWEST, environment.grace_seconds() / 3)


def of_canvas() -> dict[str, int]:
    """In milliseconds, for a canvas: `wait` between two polls, `page` between two reruns of its page, and after
    `silence` it requests one without news.

    Jittered: otherwise sessions that start together end together, and all their pages rerun at once.
    """
    jitter = random.uniform(0.7, 1.3)
    look = min(LOOK_SLOWEST, max(LOOK_QUICKEST, LOOK_A_SESSION * shared_engine().awaiting()))
    return {
        "wait": round(look * jitter),
        "page": round(1000 * _seconds(jitter)),
        "silence": round(1000 * silence()),
    }


def _seconds(spread: float) -> float:
    waiting = shared_engine().awaiting()
    return QUICKEST if waiting < 4 else min(SLOWEST, A_SESSION * waiting) * spread
