"""Freed memory is released to the operating system."""

import math
import subprocess
import sys
from contextlib import closing

import pytest

from core.environment import PROJECT
from core.runs import shipped_run
from core.runs.byte_cache import kept_by_size
from core.service import engine, housekeeping
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.housekeeping import QUIET_AFTER
from core.service.shared_engine import close_shared_engine
from core.service.storage import Storage
from tests.core.conftest import wait_until

# Many small blocks, every hundredth of which is kept: glibc releases none of the memory between them by
# itself.
HOLES = """
import psutil
from core.service.free_memory import release_memory
mine = psutil.Process()
blocks = [bytes(2000) for _ in range(100_000)]
kept = blocks[::100]
del blocks
before = mine.memory_info().rss
release_memory()
print((before - mine.memory_info().rss) / 1e6, len(kept))
"""


on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the allocator releases memory itself, or cannot be told to"
)


def released(script: str) -> float:
    """The megabytes that a script prints, run in a separate process."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[0])


@on_linux
def test_memory_between_blocks_in_use_is_released() -> None:
    assert released(HOLES) > 50


# A session opens a run; then no request for a long time.
CLASS = """
import time
import psutil
from core.runs import shipped_run
from core.service import engine as engine_module, housekeeping
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.housekeeping import QUIET_AFTER
engine_module.BEAT = housekeeping.TIDY_EVERY = 0.1
now = 0.0
engine = Engine(1, 60, 60, clock=Clock(steady=lambda: now))
mine = psutil.Process()
engine.show(shipped_run(), "ada")
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
def test_memory_is_released_when_all_sessions_are_quiet() -> None:
    assert released(CLASS) > 50


def test_memory_is_released_once_after_each_busy_period(monkeypatch: pytest.MonkeyPatch) -> None:
    close_shared_engine()  # one that another test left would evict the cached result first
    now, releases, tidied = [0.0], [], []
    monkeypatch.setattr(housekeeping, "release_memory", lambda: releases.append(now[0]))
    monkeypatch.setattr(housekeeping, "TIDY_EVERY", 0.0)
    monkeypatch.setattr(engine, "BEAT", 0.01)
    monkeypatch.setattr(Storage, "tidy", lambda of: tidied.append(of))  # called first by each tidying
    monkeypatch.setattr(housekeeping, "UNUSED_AFTER", math.inf)  # ignore what other tests have cached
    with closing(Engine(1, 60, 60, clock=Clock(steady=lambda: now[0]))) as lab:

        def after(seconds: float) -> int:
            now[0] += seconds
            enough = len(tidied) + 3  # the current one, a complete one, and the start of the next
            wait_until(lambda: len(tidied) >= enough, "the engine tidies")
            return len(releases)

        assert after(10 * QUIET_AFTER) == 0, "nothing has happened yet"
        lab.show(shipped_run(), "ada")
        assert after(0.5 * QUIET_AFTER) == 0, "a session may still be working"
        assert after(QUIET_AFTER) == 1
        assert after(10 * QUIET_AFTER) == 1, "nothing has happened since"
        lab.forget("ada")
        assert after(0) == 1
        assert after(2 * QUIET_AFTER) == 2, "what the ended session held is released"
        monkeypatch.setattr(housekeeping, "UNUSED_AFTER", 0.0)
        thing(1)
        assert after(0) == 2
        assert after(2 * QUIET_AFTER) == 3, "and so is a cached result that is no longer requested"


@kept_by_size(len)
def thing(number: int) -> bytes:
    return bytes(100_000 * number)
