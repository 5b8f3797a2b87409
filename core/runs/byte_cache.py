"""An in-memory cache of results, bounded in bytes: evicts the least recently used first, and idle ones after
a minute.

Eviction only costs reading or computing a result again.
"""

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar, cast

from core import environment

P = ParamSpec("P")
T = TypeVar("T")

_lock = threading.Lock()
# least recently used first: (result, bytes, last use)
_kept: OrderedDict[Hashable, tuple[Any, int, float]] = OrderedDict()
_held = 0
_making: dict[Hashable, threading.Lock] = {}


def held() -> int:
    """The size of the cache in bytes."""
    return _held


def clear() -> None:
    """Evict everything."""
    global _held
    with _lock:
        _kept.clear()
        _held = 0


def drop_unused(seconds: float) -> int:
    """Evict entries idle for `seconds`; return the bytes freed."""
    global _held
    before, since = _held, time.monotonic() - seconds
    with _lock:
        while _kept and next(iter(_kept.values()))[2] < since:
            _held -= _kept.popitem(last=False)[1][1]
    return before - _held


def kept_by_size(size: Callable[[Any], int]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorator: cache a function's results by its arguments.

    size: the bytes of a result. If several threads request the same result at once, one computes it and the
    others wait: forty students on one run cost one read.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
            key = (function.__module__, function.__qualname__, args, tuple(sorted(kwargs.items())))
            found, result = _get(key)
            if found:
                return cast(T, result)
            with _lock:
                making = _making.setdefault(key, threading.Lock())
            with making:
                try:
                    found, result = _get(key)
                    if not found:
                        result = function(*args, **kwargs)
                        _keep(key, result, size(result))
                finally:
                    with _lock:
                        _making.pop(key, None)
            return cast(T, result)

        return wrapped

    return decorate


def _get(key: Hashable) -> tuple[bool, Any]:
    with _lock:
        if key not in _kept:
            return False, None
        result, size, _ = _kept.pop(key)
        _kept[key] = (result, size, time.monotonic())
        return True, result


def _keep(key: Hashable, result: Any, size: int) -> None:
    global _held
    with _lock:
        if key in _kept:
            _held -= _kept.pop(key)[1]
        _kept[key] = (result, size, time.monotonic())
        _held += size
        while _held > environment.cache_bytes() and _kept:
            _held -= _kept.popitem(last=False)[1][1]
