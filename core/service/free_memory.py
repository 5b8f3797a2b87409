"""Releases memory that the process has freed to the operating system."""

import ctypes
import gc
import sys


def release_memory() -> None:
    """Collect garbage and, on Linux, trim the heap: glibc keeps freed memory until told to release it."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
        if trim is not None:
            trim(0)
