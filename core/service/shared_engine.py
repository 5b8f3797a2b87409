"""The one engine of the app's process, set up as the environment wants it."""

import threading
from collections.abc import Sequence

from core import settings
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.slots import Slot


def engine_as_set(clock: Clock | None = None) -> Engine:
    """An engine as the environment wants it, as the app has one."""
    slots: Sequence[Slot] | None = None
    if address := settings.dask_scheduler():
        from core.service.dask_slots import slots_on

        slots = slots_on(address)
    return Engine(
        settings.workers(),
        settings.idle_seconds(),
        settings.deadline_seconds(),
        grace_seconds=settings.grace_seconds(),
        most_waiting=settings.most_waiting(),
        most_bytes=settings.disk_bytes(),
        clock=clock,
        slots=slots,
    )


_engine: Engine | None = None
_one_start = threading.Lock()


def shared_engine(*, warm: bool = True) -> Engine:
    """The one engine of this process, started when first asked for; `warm`: with its first worker.

    A variable of this module: any visitor can clear Streamlit's caches.
    """
    global _engine
    with _one_start:
        if _engine is None:
            _engine = engine_as_set()
            if warm:
                _engine.warm_up()
        return _engine


def forget(visitor: str) -> None:
    """The session has ended; nothing where no engine runs."""
    engine = _engine  # which another thread may be closing
    if engine is not None:
        engine.forget(visitor)


def close_shared_engine() -> None:
    """End the shared engine's workers; the next `shared_engine()` starts anew."""
    global _engine
    if _engine is not None:
        _engine.close()
        _engine = None
