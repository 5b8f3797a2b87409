"""Memory that was freed goes back to the system."""

import subprocess
import sys

import pytest

from core.settings import PROJECT

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


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the allocator does so by itself, or cannot be told to"
)
def test_what_lies_free_between_blocks_in_use_is_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOLES], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout.split()[0]) > 50


# A class that looks at a run and leaves, and whose sessions are still remembered; then a quiet time.
CLASS = """
import time
import psutil
from core.runs import shipped_run
from core.service.clock import Clock
from core.service.engine import QUIET_AFTER, Engine
now = 0.0
engine = Engine(1, 60, 60, clock=Clock(steady=lambda: now))
mine = psutil.Process()
for again in range(2):
    engine.view(shipped_run(), "ada")
    blocks = [bytes(2000) for _ in range(100_000)]
    kept = blocks[::100]
    del blocks
    before = mine.memory_info().rss
    time.sleep(12)
    busy = mine.memory_info().rss
    now += 2 * QUIET_AFTER
    end = time.monotonic() + 30
    while before - mine.memory_info().rss < 50e6 and time.monotonic() < end:
        time.sleep(0.1)
    print((before - busy) / 1e6, (before - mine.memory_info().rss) / 1e6, len(kept))
engine.close()
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the allocator does so by itself, or cannot be told to"
)
def test_memory_goes_back_when_all_are_quiet_though_none_is_known_to_have_left() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLASS], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for line in done.stdout.splitlines():
        while_busy, when_quiet, _ = (float(number) for number in line.split())
        assert while_busy < 10 and when_quiet > 50
    assert len(done.stdout.splitlines()) == 2
