"""The panel of one run: its status, its picture, its loss curve and its figures, kept up to date."""

import streamlit as st

from core.config import RunConfig
from core.figures.evaluation import Evaluation
from core.runs import Run, RunDamaged, Status
from core.service.shared_engine import shared_engine
from pages.ui import history, link, run_view, state, ticking
from pages.ui.architecture import architecture
from pages.ui.diagnosis_line import diagnosis_line
from pages.ui.plain_text import plain
from pages.ui.status_line import elsewhere_line, status_line
from pages.ui.watching import awaited, under_way


def run_panel(settings: RunConfig | None, *, waits: bool) -> None:
    """Show the run on the page; while it, or the one that the session waits for, is under way, anew
    every moment.

    settings: what the sliders stand at, to say when the picture belongs to other settings. waits: whether the
    buttons above it stand as for somebody who waits for a run.
    """
    waiting_for, shown = awaited(), history.shown()
    if waits and waiting_for is None:
        st.rerun()  # it ended while the page was being drawn: nothing would free the buttons later
    # the one that is waited for whatever has become of it by now: the panel sees that it has ended
    moving = [*filter(None, [waiting_for]), *filter(under_way, [shown])]
    tick = ticking.seconds() if moving else None
    st.fragment(_panel, run_every=tick)(settings, moving, shown, tick)


def _panel(settings: RunConfig | None, moving: list[Run], drawn: Run, tick: float | None) -> None:
    run = history.shown()
    paced = tick is None or not ticking.no_longer_right(tick)
    if run != drawn or not paced or not all(under_way(run) for run in moving):
        st.rerun()  # the whole page: buttons and the list change, and perhaps nothing needs to tick any more
    moves = under_way(run)  # before its status: an end between the two would look like an interruption
    status = run.status()
    waiting_for = awaited()
    if waiting_for is not None and waiting_for.key != run.key:
        elsewhere_line(waiting_for)
    try:
        config = run.config()
        status_line(run, status, config, settings, interrupted=not status.ended and not moves)
        _what_went_wrong(status, moves)
        if moves and (waiting_for is None or waiting_for.key != run.key):
            _goes_on_without_us(run, joins=waiting_for is None and settings == config)
        diagnosis_line(run, status)
        _results(run, status, config)
    except RunDamaged as damage:
        st.error(
            f"This run cannot be shown. {plain(str(damage))} Press Train to train it again; "
            "other runs are not affected.",
            icon=":material/broken_image:",
        )


def _goes_on_without_us(run: Run, *, joins: bool) -> None:
    """Why a run still moves of which this session has pressed Stop.

    joins: Train can be pressed, and with the settings as they stand it would be the same run.
    """
    if shared_engine().others_watching(run.key, state.visitor()):
        again = " Press Train to wait for it again." if joins else ""
        st.caption(
            ":material/group: You have left this run. Others are still waiting for it, so it goes on." + again
        )


def _what_went_wrong(status: Status, moves: bool) -> None:
    if status.state == "failed" and not moves:
        st.error(plain(status.message), icon=":material/error:")
    elif not status.ended and not moves:
        st.warning(
            "This run was interrupted: the server or its worker was stopped. Press Train to train it again.",
            icon=":material/power_off:",
        )


def _results(run: Run, status: Status, config: RunConfig) -> None:
    evaluation = run.evaluation() if status.state == "done" else None
    left, right = st.columns([1.45, 1], gap="medium")
    with left:
        _pictures(run, config, evaluation)
    with right:
        run_view.loss_curve(run, config)
        run_view.figures(evaluation)
        architecture(config)


def _pictures(run: Run, config: RunConfig, evaluation: Evaluation | None) -> None:
    names = [link.FIRST, "Density", "Clusters", "Davies-Bouldin"]
    if (part := state.take_part()) in names:
        st.session_state[link.TABS] = part
    # Only the tab that is open is made: the charts of the others are most of what a page costs.
    embedding, density, clusters, davies_bouldin = st.tabs(names, key=link.TABS, on_change="rerun")
    with embedding:  # always: the canvas keeps its place in the replay, and its selection, behind another tab
        if evaluation is None:
            run_view.live_picture(run, config)
        else:
            run_view.picture(run, config)
    for tab, show in (
        (density, lambda done: run_view.density(run, config)),
        (clusters, lambda done: run_view.confusion(done, config)),
        (davies_bouldin, lambda done: run_view.davies_bouldin(done, config)),
    ):
        with tab:
            if evaluation is None:
                st.caption("Comes when the run has finished.")
            elif tab.open:
                show(evaluation)
