"""How often a page and its canvas look at a run that is under way: the more sessions wait, the longer between.

A canvas that watches the run calls for its page when there is something new (assets/canvas/fetching.js); a page
without one is drawn again every `seconds()`.
"""

import random

from core.service.shared_engine import shared_engine
from pages.ui import state

QUICKEST = 0.6  # seconds
SLOWEST = 10.0
A_SESSION = 0.25  # seconds more for each session that waits: forty pages drawn twice a second fill one core
LOOK_QUICKEST = 400  # milliseconds between two looks of the canvas at a run
LOOK_SLOWEST = 1700
LOOK_A_SESSION = 42


def seconds() -> float:
    """Between two drawings of this session's page; jittered by session, so that pages do not run in lockstep."""
    spread = 0.85 + 0.3 * int(state.visitor()[:4], 16) / 0xFFFF
    return _seconds(spread)


def has_changed(used: float) -> bool:
    """Whether so many more or fewer sessions wait that a page drawn every `used` seconds should change its pace."""
    return not 0.45 < used / seconds() < 2.2


def of_canvas() -> dict[str, int]:
    """In milliseconds, for a canvas: `wait` between two looks at the run, `page` between two calls for its page.

    Jittered: who pressed Train together would else see the end together, and have their pages drawn at once.
    """
    jitter = random.uniform(0.7, 1.3)
    look = min(LOOK_SLOWEST, max(LOOK_QUICKEST, LOOK_A_SESSION * shared_engine().awaiting()))
    return {"wait": round(look * jitter), "page": round(1000 * _seconds(jitter))}


def _seconds(spread: float) -> float:
    waiting = shared_engine().awaiting()
    return QUICKEST if waiting < 4 else min(SLOWEST, A_SESSION * waiting) * spread
