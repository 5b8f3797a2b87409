"""The one engine of the app's process, set up as the environment wants it."""

import sys
import threading
import types
from collections.abc import Sequence
from typing import Any

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


def shared_engine(*, warm: bool = True) -> Engine:
    """The one engine of this process, started when first asked for; `warm`: with its first worker.

    It hangs on a module of its own, out of reach of Streamlit's caches, which any visitor can
    clear, and of the re-import of an edited source file.
    """
    anchor: Any = sys.modules.setdefault(
        "_contrastive_lab_engine", types.ModuleType("_contrastive_lab_engine")
    )
    with anchor.__dict__.setdefault("lock", threading.Lock()):
        if getattr(anchor, "engine", None) is None:
            anchor.engine = engine_as_set()
            if warm:
                anchor.engine.warm_up()
        engine: Engine = anchor.engine
        return engine


def forget(visitor: str) -> None:
    """The session has ended; nothing where no engine runs."""
    engine = getattr(sys.modules.get("_contrastive_lab_engine"), "engine", None)
    if engine is not None:
        engine.forget(visitor)


def close_shared_engine() -> None:
    """End the shared engine's workers; the next `shared_engine()` starts anew."""
    anchor: Any = sys.modules.get("_contrastive_lab_engine")
    if anchor is not None and getattr(anchor, "engine", None) is not None:
        anchor.engine.close()
        anchor.engine = None
