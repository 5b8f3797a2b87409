"""Results kept in memory, bounded in bytes all together: those not used for longest go first, and those that
nobody has used for minutes go too.

Whatever goes is only read, or computed, again: nobody who looks at a run loses it.
"""

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar, cast

from core import settings

P = ParamSpec("P")
T = TypeVar("T")

_lock = threading.Lock()
# the longest unused first: what it is, its bytes, and when it was last used
_kept: OrderedDict[Hashable, tuple[Any, int, float]] = OrderedDict()
_held = 0
_making: dict[Hashable, threading.Lock] = {}


def held() -> int:
    """How many bytes are kept."""
    return _held


def clear() -> None:
    """Keep nothing."""
    global _held
    with _lock:
        _kept.clear()
        _held = 0


def drop_unused(seconds: float) -> int:
    """Let go of what nobody has used for so long; returns how many bytes that were."""
    global _held
    before, since = _held, time.monotonic() - seconds
    with _lock:
        while _kept and next(iter(_kept.values()))[2] < since:
            _held -= _kept.popitem(last=False)[1][1]
    return before - _held


def kept_by_size(size: Callable[[Any], int]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep what a function returns, for the same arguments, as long as there is room.

    size: how many bytes a result takes. Of several threads that ask for the same at once, one computes
    it and the others wait: forty students who look at one run cost one reading.
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
        while _held > settings.cache_bytes() and _kept:
            _held -= _kept.popitem(last=False)[1][1]
