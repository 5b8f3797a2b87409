"""Memory that the process has freed, given back to the system."""

import ctypes
import gc
import sys


def give_memory_back() -> None:
    """After a busy time: C's allocator keeps what was freed for itself, on Linux until it is told not to."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; other C libraries have none
        if trim is not None:
            trim(0)
