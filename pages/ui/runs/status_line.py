"""The status of a run in words: state, progress and time left."""

import streamlit as st

from core.config import RunConfig
from core.runs import Run, Status
from core.service.shared_engine import shared_engine
from pages.ui import state
from pages.ui.components.plain_text import plain
from pages.ui.runs import following
from pages.ui.runs.names import describe, names_of


def progress_line(run: Run) -> None:
    """For a page that only waits for a run: its state, its progress, and a Stop button.

    Raises RunDamaged.
    """
    config, status = run.config(), run.status()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{in_words(run, status, config)} · {describe(config)}")
        theirs = run.key in shared_engine().awaited_by(state.person())
        if theirs and st.button("Stop", icon=":material/stop:", type="tertiary"):
            following.stop(run.key)
            st.rerun()
    st.progress(fraction(run))


def elsewhere_line(run: Run) -> None:
    """Shows that the awaited run continues while another one is on the page."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = names_of(state.runs()).get(run.key, "The run you started")
        st.markdown(f":material/play_circle: **{plain(name)}** is still training: {fraction(run):.0%}")
        st.button("Show it", type="tertiary", on_click=state.remember_run, args=(run.config(),))


def in_words(run: Run, status: Status, config: RunConfig) -> str:
    """The state of the run, in a few words of Markdown."""
    match status.state:
        case "queued":
            return f":material/hourglass_top: {_place_in_queue(run)}"
        case "training":
            return f":material/play_circle: **Training** · {_time_left(run, stops_early=config.patience > 0)}"
        case "measuring":
            return ":material/straighten: **Measuring** the clusters of all images"
        case "done":
            early = f", stopped early, best at step {status.step:,}" if status.stopped_early else ""
            return f":material/check_circle: **Trained in {status.seconds:.1f} s**{early}"
        case "cancelled":
            return f":material/stop_circle: **Stopped** early{status.message and f'. {status.message}'}"
        case "failed" if status.outdated:
            return ":material/update: **From an older version**"
        case "failed" | "missing":
            return ":material/error: **Failed**"


def fraction(run: Run) -> float:
    """How much of the training is done, 0 to 1."""
    reports = run.progress()
    return reports[-1].step / reports[-1].steps if reports else 0.0


def _place_in_queue(run: Run) -> str:
    before, wait = shared_engine().queued_before(run.key), shared_engine().expected_wait(run.key)
    if before is None or wait is None:
        return "**Starting** the training process"
    place = "next" if before == 0 else f"{before} ahead of it"
    return f"**In the queue**, {place} · starts in about {about(wait)}"


def about(seconds: float) -> str:
    """A rounded estimate."""
    if seconds < 120:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _time_left(run: Run, *, stops_early: bool) -> str:
    reports = run.progress()
    if not reports:
        return "starting"
    last = reports[-1]
    where = f"epoch {last.epoch}, step {last.step:,} of {last.steps:,}"
    if last.left is None:
        return where
    return f"{where} · {'at most ' if stops_early else ''}{about(last.left)} left"
