"""The app's one engine, configured by environment variables."""

import math
import threading
from collections.abc import Sequence

from core import environment
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.slots import Slot


def engine_from_settings(clock: Clock | None = None) -> Engine:
    """An engine configured by core/environment.py, as the app uses it."""
    slots: Sequence[Slot] | None = None
    workers = environment.workers()
    if address := environment.dask_scheduler():
        from core.service.dask_slots import slots_on

        slots = slots_on(address)
    return Engine(
        workers,
        environment.idle_seconds(),
        environment.deadline_seconds(),
        grace_seconds=environment.grace_seconds(),
        most_waiting=environment.most_waiting(),
        most_bytes=environment.disk_bytes(),
        run_bytes=environment.run_bytes(workers) if slots is None else math.inf,
        clock=clock,
        slots=slots,
    )


_engine: Engine | None = None
_one_start = threading.Lock()


def shared_engine(*, warm: bool = True) -> Engine:
    """The engine of this process, started at the first call; `warm`: together with its first worker.

    Kept in a module variable, since any visitor can clear Streamlit's caches.
    """
    global _engine
    with _one_start:
        if _engine is None:
            _engine = engine_from_settings()
            if warm:
                _engine.warm_up()
        return _engine


def arrive(visitor: str, person: str) -> None:
    """A session of `person` has begun; does nothing if no engine runs."""
    engine = _engine
    if engine is not None:
        engine.arrive(visitor, person)


def forget(visitor: str) -> None:
    """The session has ended; does nothing if no engine runs."""
    engine = _engine  # another thread may be closing it
    if engine is not None:
        engine.forget(visitor)


def close_shared_engine() -> None:
    """Close the shared engine; the next `shared_engine()` starts a new one."""
    global _engine
    if _engine is not None:
        _engine.close()
        _engine = None
