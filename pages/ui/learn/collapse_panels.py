"""The panels of the Collapse page: buttons that break a run, the run with its signs, and its cure."""

import math
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.charts import collapse_charts
from core.charts.collapse_charts import Axes, Points
from core.config import PARAMETERS, RunConfig
from core.embedding.reduction import fit_svd
from core.lessons import texts
from core.lessons.collapses import COLLAPSES, Collapse
from core.lessons.cures import Cure, measured_differently
from core.lessons.run_diagnosis import Course, course_of
from core.runs import Run, RunDamaged, place_for
from pages.ui import navigation, state
from pages.ui.components import charts
from pages.ui.components.plain_text import plain
from pages.ui.learn.lesson_text import caption
from pages.ui.runs import following
from pages.ui.runs.following import awaited, under_way
from pages.ui.runs.names import class_names, describe
from pages.ui.runs.status_line import progress_line

_CHOSEN, _CURED = "collapse_chosen", "collapse_cured"
BROKEN, CURED = "broken", "cured"


@dataclass(frozen=True)
class _Shown:
    """A run on the page. which: BROKEN or CURED."""

    which: str
    title: str
    config: RunConfig
    run: Run


def collapse() -> None:
    """The buttons, and the runs below them, updated while one is under way."""
    waiting = awaited()
    _buttons(busy=waiting is not None)
    following.show_problem()
    shown = _shown()
    moving = [one.run for one in shown if under_way(one.run)]
    elsewhere = [waiting] if waiting is not None and waiting not in moving else []
    if elsewhere:
        st.caption("A run of yours from another page is under way; the buttons wait until it has ended.")
    elif not shown:
        st.info("Nothing is broken yet. Press a button above.", icon=":material/arrow_upward:")
    following.follow([*moving, *elsewhere], partial(_panels, shown, moving))


def _buttons(*, busy: bool) -> None:
    with st.container(horizontal=True):
        for one in COLLAPSES.values():
            st.button(
                one.label,
                icon=":material/heart_broken:",
                help=one.what,
                on_click=_break,
                args=(one,),
                disabled=busy,
                key=f"break_{one.name}",
            )


def _shown() -> list[_Shown]:
    chosen = COLLAPSES.get(st.session_state.get(_CHOSEN, ""))
    if chosen is None:
        return []
    shown = [_Shown(BROKEN, chosen.label, chosen.config, place_for(chosen.config))]
    cure: Cure | None = st.session_state.get(_CURED)
    if cure is not None:
        title = cure.label.replace("Cure:", "Cured:")
        shown.append(_Shown(CURED, title, cure.config, place_for(cure.config)))
    return shown


def _break(one: Collapse) -> None:
    st.session_state[_CHOSEN] = one.name
    st.session_state[_CURED] = None
    following.ask_for(one.config)


def _cure(cure: Cure) -> None:
    st.session_state[_CURED] = cure
    following.ask_for(cure.config)


def _panels(shown: list[_Shown], moving: list[Run]) -> None:
    if shown != _shown():
        st.rerun()  # a cure was requested: the buttons above change as well
    started = any(under_way(one.run) and one.run not in moving for one in shown)
    if shown:
        _side_by_side(shown)  # also if one has started, since this may be the rerun of a button in it
    if started:
        st.rerun()


def _side_by_side(shown: list[_Shown]) -> None:
    if len(shown) == 2 and (differ := measured_differently(shown[0].config, shown[1].config)):
        labels = [PARAMETERS[name].label.lower() for name in differ]
        caption("collapse_captions", "not_comparable", settings=" and the ".join(labels))
    courses = [_course(one) for one in shown]
    axes = _axes_of_all(shown, courses)
    columns = st.columns(2, gap="large")
    for one, course, column in zip(shown, courses, columns, strict=False):
        with column:
            _panel(one, course, axes)
    if len(shown) == 1:
        with columns[1]:
            caption("collapse_captions", "where_the_cured_will_stand")


def _course(one: _Shown) -> Course | RunDamaged | None:
    try:
        return course_of(one.run)
    except RunDamaged as damage:
        return damage


def _panel(one: _Shown, course: Course | RunDamaged | None, axes: Axes | None) -> None:
    st.subheader(one.title)
    if one.which == BROKEN:
        st.markdown(COLLAPSES[st.session_state[_CHOSEN]].what)
    status = one.run.status()
    moving = under_way(one.run)
    if isinstance(course, RunDamaged):
        st.error(plain(f"This run cannot be shown. {course} Press its button to train it again."))
        return
    if moving:
        progress_line(one.run)
    if course is None or axes is None:
        if not moving:
            st.caption("Press its button to train it again.")
        return
    _diagnosis(one, course, moving=moving)
    _figures(course)
    reports = course.reports
    charts.show(
        collapse_charts.loss_and_value(reports, course.diagnosis.know_nothing, axes, 170),
        key=f"loss_{one.which}",
    )
    left, right = st.columns(2)
    with left:
        labels = one.run.sample().labels
        dots = collapse_charts.dots(_points(one, course), labels, class_names(one.config), axes, 320)
        charts.show(dots, key=f"dots_{one.which}")
    with right:
        charts.show(
            collapse_charts.spread_and_rank(course.steps, course.shapes, axes, 90), key=f"shape_{one.which}"
        )
    if not moving:
        done = f"Trained in {status.seconds:.1f} s. " if status.state == "done" else ""
        st.caption(f"{done}{describe(one.config)}")
        opened = st.button(
            "Open it in the Lab", icon=":material/open_in_new:", type="tertiary", key=f"lab_{one.which}"
        )
        if opened:
            state.remember_run(one.config)
            st.switch_page(navigation.TRAIN.page())


def _diagnosis(one: _Shown, course: Course, *, moving: bool) -> None:
    found, reports = course.diagnosis, course.reports
    # after its last step a run still measures all images, which changes nothing here
    training = moving and not (reports and reports[-1].step >= reports[-1].steps)
    with st.container(key=f"diagnosis_{one.which}"):
        if training:
            st.info(f"Training… {found.sentence}", icon=":material/stethoscope:")
        elif found.unhealthy:
            st.error(found.sentence, icon=":material/sick:")
        elif one.run.status().state == "cancelled":
            st.info(f"Stopped before its end. {found.sentence}", icon=":material/stop_circle:")
        elif found.kind == "falling":
            st.info(found.sentence, icon=":material/trending_down:")
        else:
            st.success(found.sentence, icon=":material/check_circle:")
    if one.which == BROKEN and found.cures and not training:
        _cures(found.cures)


def _cures(cures: tuple[Cure, ...]) -> None:
    for place, cure in enumerate(cures):
        st.markdown(cure.why)
        st.button(
            cure.label,
            type="secondary" if place else "primary",
            icon=":material/healing:",
            on_click=_cure,
            args=(cure,),
            disabled=awaited() is not None,
            key=f"cure_{cure.name}",
        )
    if st.session_state.get(_CURED):
        caption("collapse_captions", "where_the_cured_stands")


def _figures(course: Course) -> None:
    shape, reports = course.diagnosis.shape, course.reports
    with st.container(horizontal=True):
        st.metric("Loss", f"{reports[-1].loss:.3g}" if reports else "–", width="content")
        st.metric(
            "Knows nothing at",
            f"{course.diagnosis.know_nothing:.3g}",
            width="content",
            help=texts.section("collapse_captions", "know_nothing"),
        )
        st.metric(
            "Spread",
            f"{shape.spread:.2g}",
            width="content",
            help=texts.section("collapse_captions", "spread"),
        )
        st.metric(
            "Effective rank",
            f"{shape.rank:.2f}" if math.isfinite(shape.rank) else "–",
            width="content",
            help=texts.section("collapse_captions", "rank"),
        )


def _axes_of_all(shown: list[_Shown], courses: list[Course | RunDamaged | None]) -> Axes | None:
    """The same for all runs on the page."""
    several = [
        collapse_charts.axes_of(
            course.reports,
            course.diagnosis.know_nothing,
            course.shapes,
            _points(one, course),
            1.2 * max(one.config.reach or 1.0, 0.5),
        )
        for one, course in zip(shown, courses, strict=True)
        if isinstance(course, Course)
    ]
    return collapse_charts.widest(several) if several else None


def _points(one: _Shown, course: Course) -> Points:
    """The last snapshot in two dimensions. On the sphere as it is; elsewhere only differences count, so around
    its mean."""
    points = one.run.snapshot(course.steps[-1]).embeddings
    flat = points if points.shape[1] == 2 else fit_svd(points, 2).apply(points)
    return flat if one.config.normalised else flat - flat.mean(axis=0)
