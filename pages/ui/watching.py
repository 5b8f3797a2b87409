"""Which runs are under way, and whether this session still waits for one."""

from core.runs import Run, run_at
from core.service.shared_engine import shared_engine
from pages.ui import state


def under_way(run: Run) -> bool:
    """Whether somebody is at work on the run, or it stands in the queue.

    False also for one that was interrupted: its status says that it is being trained, but no
    process holds its lock any more.
    """
    if shared_engine().has(run.key):
        return True
    status = run.status()
    return not status.ended and status.state != "missing" and run.has_writer()


def awaited() -> Run | None:
    """The run that this session has asked for, as long as it is under way; says that it still waits."""
    key = state.waiting_for()
    if key is None:
        return None
    run = run_at(key)
    if under_way(run):
        shared_engine().watch(key, state.visitor())
        return run
    state.wait_for(None)
    return None
