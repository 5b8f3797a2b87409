"""The panel of one run: its status, its picture, its loss curve and its figures, kept up to date."""

import streamlit as st

from core.config import RunConfig
from core.engine import shared_engine
from core.runs import Run, RunDamaged, Status
from pages.ui import actions, history, run_view, state
from pages.ui.architecture import architecture

TICK_SECONDS = 0.6


def run_panel(settings: RunConfig | None) -> None:
    """Show the run on the page; while it is under way, anew every moment.

    settings: what the sliders stand at, to say when the picture belongs to other settings.
    """
    under_way = _under_way(history.shown())
    st.fragment(_panel, run_every=TICK_SECONDS if under_way else None)(settings, under_way)


def _panel(settings: RunConfig | None, was_under_way: bool) -> None:
    run = history.shown()
    status = run.status()
    if was_under_way and not _under_way(run):
        state.wait_for(None)
        st.rerun()  # the whole page: buttons change, and nothing needs to tick any more
    try:
        config = run.config()
        _status_line(run, status, config, settings)
        _results(run, status, config)
    except RunDamaged as damage:
        st.error(
            f"This run cannot be shown: {damage} Press Train to train it again; other runs are not affected.",
            icon=":material/broken_image:",
        )


def _under_way(run: Run) -> bool:
    status = run.status()
    if status.ended or status.state == "missing":
        return False
    return shared_engine().has(run.key) or run.has_writer()


def _status_line(run: Run, status: Status, config: RunConfig, settings: RunConfig | None) -> None:
    about = run_view.describe(config)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="status"):
        match status.state:
            case "queued":
                st.markdown(f":material/hourglass_top: {_place_in_queue(run)} · {about}")
            case "training":
                st.markdown(f":material/play_circle: **Training** · {_time_left(run)} · {about}")
            case "measuring":
                st.markdown(f":material/straighten: **Measuring** the clusters of all images · {about}")
            case "done":
                early = f", stopped early at step {status.step:,}" if status.stopped_early else ""
                st.markdown(f":material/check_circle: **Trained in {status.seconds:.1f} s**{early} · {about}")
            case "cancelled":
                st.markdown(f":material/stop_circle: **Stopped** before its end · {about}")
            case _:
                st.markdown(f":material/error: **Failed** · {about}")
        if settings is not None and settings != config:
            st.button(
                "Settings differ from this picture",
                icon=":material/sync_alt:",
                type="tertiary",
                on_click=actions.use_settings_of_shown_run,
                help="Press here to set the sliders back to this run's settings, or Train for a run with the new ones.",
            )
    st.progress(_fraction(run, status))


def _place_in_queue(run: Run) -> str:
    match shared_engine().queued_before(run.key):
        case None:
            return "**Starting** the training process"
        case 0:
            return "**In the queue**, next"
        case ahead:
            return f"**In the queue**, {ahead} before it"


def _fraction(run: Run, status: Status) -> float:
    if status.state == "done":
        return 1.0
    reports = run.progress()
    return reports[-1].step / reports[-1].steps if reports else 0.0


def _time_left(run: Run) -> str:
    reports = run.progress()
    if not reports:
        return "starting"
    last = reports[-1]
    left = last.seconds / last.step * (last.steps - last.step)
    return f"epoch {last.epoch}, step {last.step:,} of {last.steps:,} · {left:.0f} s left"


def _results(run: Run, status: Status, config: RunConfig) -> None:
    interrupted = not status.ended and not _under_way(run)
    if interrupted:
        st.warning(
            "This run was interrupted: the server or its worker was stopped. Press Train to train it again.",
            icon=":material/power_off:",
        )
    if status.state == "failed":
        st.error(status.message, icon=":material/error:")
    left, right = st.columns([1.45, 1], gap="medium")
    evaluation = run.evaluation() if status.state == "done" else None
    with left:
        _pictures(run, config, evaluation)
    with right:
        run_view.loss_curve(run, config)
        run_view.figures(evaluation)
        architecture(config)


def _pictures(run: Run, config: RunConfig, evaluation: "run_view.Evaluation | None") -> None:
    embedding, density, clusters, davies_bouldin = st.tabs(
        ["Embedding", "Density", "Clusters", "Davies-Bouldin"], key="pictures"
    )
    with embedding:
        if evaluation is None:
            run_view.live_picture(run, config)
        else:
            run_view.picture(run, config)
    for tab, draw in (
        (density, lambda: run_view.density(run, config)),
        (clusters, lambda: run_view.confusion(evaluation, config)),
        (davies_bouldin, lambda: run_view.davies_bouldin(evaluation, config)),
    ):
        with tab:
            if evaluation is None:
                st.caption("Comes when the run has finished.")
            else:
                draw()
