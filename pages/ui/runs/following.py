"""Following a run: request it, wait for it, leave it. Every page that trains uses this module."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import streamlit as st

from core.config import RunConfig
from core.runs import Run, RunDamaged, RunsFolderUnusable, run_at
from core.service.fair_queue import NotNow
from core.service.shared_engine import shared_engine
from pages.ui import addresses, state, turns
from pages.ui.components.plain_text import plain
from pages.ui.runs import pace

SECONDS_TO_STOP = 1.0  # the worker checks before every step; one measurement may take this long
_FOLLOWS = "follows_a_run"  # whether the page on screen does


def ask_for(config: RunConfig) -> Run | None:
    """The run of `config`; unless it is done, this visitor now waits for it. None if it cannot be queued;
    `show_problem` then shows why."""
    state.set_problem(None)
    try:
        run = shared_engine().submit(config, state.person(), state.address())
    except (RunsFolderUnusable, NotNow) as error:
        state.set_problem(str(error))
        return None
    if run.status().state != "done":
        state.wait_for(run.key)
    return run


def show_problem() -> None:
    """Show why the last run requested on this page could not be queued, if so."""
    if problem := state.problem():
        st.error(plain(problem), icon=":material/error:")


def under_way(run: Run) -> bool:
    """Whether the run is queued, or a process works on it.

    False for an interrupted run: its status says "training", but no process holds its lock.
    """
    if shared_engine().has(run.key):
        return True
    status = run.status()
    return not status.ended and status.state != "missing" and run.has_writer()


def awaited() -> Run | None:
    """The run that this visitor waits for, while it is under way: this session's, or else one that they asked for
    in another tab, or before the page was loaded again. Renews their interest in all of theirs."""
    engine, own = shared_engine(), state.waiting_for()
    theirs = engine.awaited_by(state.person())
    # not `watch`: it would join again a run that they have left in another tab
    on_another_server = own is not None and not engine.has(own) and under_way(run_at(own))
    if own not in theirs and not on_another_server:
        own = theirs[0] if theirs else None
        state.wait_for(own)
    return None if own is None else run_at(own)


@contextmanager
def checked_in() -> Iterator[None]:
    """Around every page: its visitor is still there. While they wait for a run that the page does not follow, it
    checks in for them."""
    st.session_state[_FOLLOWS] = False
    yield
    if shared_engine().awaited_by(state.person()) and not st.session_state[_FOLLOWS]:
        turns.fragment(_check_in, run_every=pace.silence())()


def _check_in() -> None:
    if not shared_engine().awaited_by(state.person()):
        st.rerun()  # the whole page, to stop the ticks


def follow(moving: list[Run], render: Callable[[], None], *, canvas_of: Run | None = None) -> None:
    """Call `render`, and again as the runs `moving` make progress; rerun the whole page when one of them ends.

    canvas_of: the run that a live canvas inside watches: the canvas requests a rerun when there is something new,
    so the page does not poll.
    """
    tick = None if not moving or canvas_polls(canvas_of, moving) else pace.seconds()
    if moving:
        st.session_state[_FOLLOWS] = True
    turns.fragment(_followed, run_every=tick)(moving, render, tick, canvas_of)


def _followed(
    moving: list[Run], render: Callable[[], None], tick: float | None, canvas_of: Run | None
) -> None:
    awaited()
    ticks = bool(moving) and not canvas_polls(canvas_of, moving)
    paced = ticks == (tick is not None) and (tick is None or not pace.has_changed(tick))
    on = paced and all(under_way(run) for run in moving)
    try:
        render()  # also if not, since this may be the rerun of a button in it
    except RunDamaged:  # its folder may be gone; then the rerun page says so
        if on:
            raise
    if not on:
        st.rerun()  # buttons and lists change, and the ticks may begin or end


def canvas_polls(canvas_of: Run | None, moving: list[Run]) -> bool:
    """Whether a live canvas requests the reruns: not of a run whose folder is gone, for which there is no canvas."""
    return addresses.served() and canvas_of in moving and canvas_of.status().state != "missing"


def stop(key: str | None = None) -> None:
    """Leave run `key`, by default the one that this session waits for; it is cancelled if nobody else waits for
    it."""
    key = key or state.waiting_for()
    if key is None:
        return
    others = shared_engine().others_watching(key, state.person())
    shared_engine().leave(key, state.person())
    if key == state.waiting_for():
        state.wait_for(None)
    if others:
        return  # the page says so while it is true
    give_up = monotonic() + SECONDS_TO_STOP
    while not run_at(key).status().ended and monotonic() < give_up:
        sleep(0.02)  # so that this rerun already shows the run as stopped
