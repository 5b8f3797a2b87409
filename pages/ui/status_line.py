"""One line that says what the run on the page is, how far it has come, and for how long still."""

import streamlit as st

from core.config import RunConfig
from core.data import DATASETS
from core.runs import Run, Status
from core.service.shared_engine import shared_engine
from pages.ui import actions, history, run_view, state
from pages.ui.plain_text import plain


def status_line(
    run: Run, status: Status, config: RunConfig, settings: RunConfig | None, *, interrupted: bool
) -> None:
    """The line, and below it how much of the training is done.

    settings: what the sliders stand at; where they differ from the run's, a button says so.
    interrupted: nobody is at work on it, though its status does not know.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="status"):
        what = ":material/power_off: **Interrupted**" if interrupted else _state(run, status, config)
        st.markdown(f"{what} · {run_view.describe(config)} · {DATASETS[config.dataset].label}")
        if settings is not None and settings != config:
            back = st.button(
                "Settings differ from this picture",
                icon=":material/sync_alt:",
                type="tertiary",
                on_click=actions.use_settings_of,
                args=(run.key,),
                help="Press here to set the sliders back to this run's settings, or Train for a run with the new ones.",
            )
            if back:
                st.rerun()  # the sliders lie outside of this fragment
    st.progress(1.0 if status.state == "done" else _fraction(run))


def elsewhere_line(run: Run) -> None:
    """Another run is on the page, but the one that this session waits for goes on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = state.run_names().get(run.key, "The run you started")
        st.markdown(f":material/play_circle: **{plain(name)}** goes on beside this: {_fraction(run):.0%}")
        st.button("Show it", type="tertiary", on_click=state.show_run, args=(run.key,))


def _state(run: Run, status: Status, config: RunConfig) -> str:
    match status.state:
        case "queued":
            return f":material/hourglass_top: {_place_in_queue(run)}"
        case "training":
            return f":material/play_circle: **Training** · {_time_left(run, stops_early=config.patience > 0)}"
        case "measuring":
            return ":material/straighten: **Measuring** the clusters of all images"
        case "done" if run.key == history.SHIPPED and state.shown_run() is None:
            return ":material/check_circle: **An example**, trained before you came"
        case "done":
            early = f", stopped early at step {status.step:,}" if status.stopped_early else ""
            return f":material/check_circle: **Trained in {status.seconds:.1f} s**{early}"
        case "cancelled":
            return (
                f":material/stop_circle: **Stopped** before its end{status.message and f'. {status.message}'}"
            )
        case "failed" if status.outdated:
            return ":material/update: **Of an older version**"
        case "failed" | "missing":
            return ":material/error: **Failed**"


def _place_in_queue(run: Run) -> str:
    before, wait = shared_engine().queued_before(run.key), shared_engine().expected_wait(run.key)
    if before is None or wait is None:
        return "**Starting** the training process"
    place = "next" if before == 0 else f"{before} before it"
    return f"**In the queue**, {place} · begins in about {_about(wait)}"


def _about(seconds: float) -> str:
    """An estimate, no finer than it is."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _fraction(run: Run) -> float:
    reports = run.progress()
    return reports[-1].step / reports[-1].steps if reports else 0.0


def _time_left(run: Run, *, stops_early: bool) -> str:
    reports = run.progress()
    if not reports:
        return "starting"
    last = reports[-1]
    left = last.seconds / last.step * (last.steps - last.step)
    at_most = "at most " if stops_early else ""
    return f"epoch {last.epoch}, step {last.step:,} of {last.steps:,} · {at_most}{left:.0f} s left"
