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
