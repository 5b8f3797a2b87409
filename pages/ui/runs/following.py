"""Following a run: ask for it, wait for it, leave it. Every page that trains does it through here."""

from collections.abc import Callable
from time import monotonic, sleep

import streamlit as st

from core.config import RunConfig
from core.runs import Run, RunsFolderUnusable, run_at
from core.service.fair_queue import NotNow
from core.service.shared_engine import shared_engine
from pages.ui import addresses, state
from pages.ui.components.plain_text import plain
from pages.ui.runs import pace

SECONDS_TO_STOP = 1.0  # the worker looks before every step; a part of its measuring may take as long


def ask_for(config: RunConfig) -> Run | None:
    """The run of `config`, from now on waited for unless it is done; None where it cannot be queued, and
    `show_problem` then says why."""
    state.set_problem(None)
    try:
        run = shared_engine().submit(config, state.visitor())
    except (RunsFolderUnusable, NotNow) as error:
        state.set_problem(str(error))
        return None
    if run.status().state != "done":
        state.wait_for(run.key)
    return run


def show_problem() -> None:
    """Why the last run that was asked for on this page could not be queued, if so."""
    if problem := state.problem():
        st.error(plain(problem), icon=":material/error:")


def under_way(run: Run) -> bool:
    """Whether the run is queued, or some process works on it.

    False also for one that was interrupted: its status says that it is being trained, but no
    process holds its lock any more.
    """
    if shared_engine().has(run.key):
        return True
    status = run.status()
    return not status.ended and status.state != "missing" and run.has_writer()


def awaited() -> Run | None:
    """The run that this session waits for, while it is under way; tells the engine that it still waits."""
    key = state.waiting_for()
    if key is None:
        return None
    run = run_at(key)
    if under_way(run):
        shared_engine().watch(key, state.visitor())
        return run
    state.wait_for(None)
    return None


def follow(moving: list[Run], draw: Callable[[], None], *, canvas_of: Run | None = None) -> None:
    """Show what `draw` draws, and again as the runs `moving` go on; the whole page when one of them has ended.

    canvas_of: the run that a live canvas inside watches: it calls for the page when there is something new, so the
    page does not look as well.
    """
    called = addresses.served() and canvas_of in moving
    tick = pace.seconds() if moving and not called else None
    st.fragment(_followed, run_every=tick)(moving, draw, tick)


def _followed(moving: list[Run], draw: Callable[[], None], tick: float | None) -> None:
    awaited()
    if not all(under_way(run) for run in moving) or (tick is not None and pace.has_changed(tick)):
        st.rerun()  # buttons and lists change, and perhaps nothing needs to tick any more
    draw()


def stop() -> None:
    """Leave the run that this session waits for; it is cancelled if nobody else waits for it."""
    key = state.waiting_for()
    if key is None:
        return
    others = shared_engine().others_watching(key, state.visitor())
    shared_engine().leave(key, state.visitor())
    state.wait_for(None)
    if others:
        return  # the page says so, for as long as it is true
    give_up = monotonic() + SECONDS_TO_STOP
    while not run_at(key).status().ended and monotonic() < give_up:
        sleep(0.02)  # then the page that is drawn now says so already, and not only the next one
