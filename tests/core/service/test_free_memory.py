"""Memory that was freed goes back to the system."""

import math
import subprocess
import sys
from contextlib import closing

import pytest

from core.runs import shipped_run
from core.runs.byte_cache import kept_by_size
from core.service import engine
from core.service.clock import Clock
from core.service.engine import QUIET_AFTER, Engine
from core.service.shared_engine import close_shared_engine
from core.service.storage import Storage
from core.settings import PROJECT
from tests.core.conftest import wait_until

# Many small blocks, every hundredth of which stays: C's allocator gives none of what lies between them back.
HOLES = """
import psutil
from core.service.free_memory import give_memory_back
mine = psutil.Process()
blocks = [bytes(2000) for _ in range(100_000)]
kept = blocks[::100]
del blocks
before = mine.memory_info().rss
give_memory_back()
print((before - mine.memory_info().rss) / 1e6, len(kept))
"""


on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the allocator does so by itself, or cannot be told to"
)


def given_back(script: str) -> float:
    """The megabytes that a script, in a process of its own, says first."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[0])


@on_linux
def test_what_lies_free_between_blocks_in_use_is_given_back() -> None:
    assert given_back(HOLES) > 50


# A session looks at a run and leaves, and is still remembered; then a quiet time.
CLASS = """
import time
import psutil
from core.runs import shipped_run
from core.service import engine as engine_module
from core.service.clock import Clock
from core.service.engine import QUIET_AFTER, Engine
engine_module.BEAT = engine_module.TIDY_EVERY = 0.1
now = 0.0
engine = Engine(1, 60, 60, clock=Clock(steady=lambda: now))
mine = psutil.Process()
engine.view(shipped_run(), "ada")
blocks = [bytes(2000) for _ in range(100_000)]
kept = blocks[::100]
del blocks
before = mine.memory_info().rss
now += 2 * QUIET_AFTER
end = time.monotonic() + 30
while before - mine.memory_info().rss < 50e6 and time.monotonic() < end:
    time.sleep(0.1)
print((before - mine.memory_info().rss) / 1e6, len(kept))
engine.close()
"""


@on_linux
def test_memory_goes_back_when_all_are_quiet_though_none_is_known_to_have_left() -> None:
    assert given_back(CLASS) > 50


def test_memory_is_given_back_once_after_each_busy_time(monkeypatch: pytest.MonkeyPatch) -> None:
    close_shared_engine()  # what other tests may have left would throw the picture out first
    now, given, looks = [0.0], [], []
    monkeypatch.setattr(engine, "give_memory_back", lambda: given.append(now[0]))
    monkeypatch.setattr(engine, "TIDY_EVERY", 0.0)
    monkeypatch.setattr(engine, "BEAT", 0.01)
    monkeypatch.setattr(Storage, "tidy", lambda of: looks.append(of))  # the first thing that a look does
    monkeypatch.setattr(engine, "UNUSED_AFTER", math.inf)  # whatever other tests have left in memory
    with closing(Engine(1, 60, 60, clock=Clock(steady=lambda: now[0]))) as lab:

        def after(seconds: float) -> int:
            now[0] += seconds
            enough = len(looks) + 3  # one that is under way, a whole one, and the beginning of the next
            wait_until(lambda: len(looks) >= enough, "the engine looks around")
            return len(given)

        assert after(10 * QUIET_AFTER) == 0, "nothing has happened yet"
        lab.view(shipped_run(), "ada")
        assert after(0.5 * QUIET_AFTER) == 0, "somebody may still be at work"
        assert after(QUIET_AFTER) == 1
        assert after(10 * QUIET_AFTER) == 1, "nothing has happened since"
        lab.forget("ada")
        assert after(0) == 1
        assert after(2 * QUIET_AFTER) == 2, "what a session held that has ended goes back"
        monkeypatch.setattr(engine, "UNUSED_AFTER", 0.0)
        thing(1)
        assert after(0) == 2
        assert after(2 * QUIET_AFTER) == 3, "and so does a picture that nobody fetches any more"


@kept_by_size(len)
def thing(number: int) -> bytes:
    return bytes(100_000 * number)
