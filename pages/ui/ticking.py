"""How often the page of somebody who waits for a run is drawn anew: the more wait, the more seldom.

Forty pages drawn twice a second would keep one processor busy. The canvas fetches what it draws by itself
and calls when the run has ended, so a page that is drawn seldom misses only the line above the picture.
"""

import random

from core.service.shared_engine import shared_engine
from pages.ui import state

QUICKEST = 0.6
SLOWEST = 10.0
A_SESSION = 0.25  # seconds more for each session that waits
LOOK_QUICKEST = 400  # milliseconds between two looks of the canvas at a run
LOOK_SLOWEST = 1700
LOOK_A_SESSION = 42


def seconds() -> float:
    """Between two drawings of this session's page; no two sessions quite alike, lest all come at once."""
    spread = 0.85 + 0.3 * int(state.visitor()[:4], 16) / 0xFFFF
    waiting = shared_engine().awaiting()
    return QUICKEST if waiting < 4 else min(SLOWEST, A_SESSION * waiting) * spread


def no_longer_right(used: float) -> bool:
    """Whether so many more or fewer wait that the page should be drawn at another pace."""
    return not 0.45 < used / seconds() < 2.2


def milliseconds_of_canvas() -> int:
    """Between two looks of a canvas at a run that is under way; no two alike: who pressed Train together
    would else learn of its end together, and have their pages drawn in one moment."""
    pace = min(LOOK_SLOWEST, max(LOOK_QUICKEST, LOOK_A_SESSION * shared_engine().awaiting()))
    return round(pace * random.uniform(0.7, 1.3))
