"""The panels of the Losses page: the bench, d² against d, and the catalogue."""

import math
from itertools import product

import numpy as np
import pandas as pd
import streamlit as st

from core.config import RunConfig
from core.lessons import texts
from core.lessons.forces import LONGEST
from core.lessons.lesson_plane import NUDGE, ONE_PLACE, START, nudged
from core.lessons.loss_table import LossRow, loss_table
from core.lessons.measured_losses import DIMS, EPOCHS, MEASURED_FIGURES, SEEDS, measured, read
from core.lessons.square_or_root import SquareOrRoot, measure
from core.losses import LOSSES
from pages.ui.components.plain_text import plain
from pages.ui.controls import reshuffle
from pages.ui.learn import lesson_points, loss_bench
from pages.ui.learn.lesson_text import caption, lesson


def bench() -> None:
    """One loss, or two on the same points, with the buttons that reset the points."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.button(
            "All to one point",
            icon=":material/adjust:",
            on_click=lesson_points.put,
            args=(ONE_PLACE,),
            key="one_place",
        )
        st.button(
            "Nudge one point",
            icon=":material/touch_app:",
            on_click=_nudge,
            key="nudge",
            help=texts.section("losses_captions", "nudge", by=f"{np.linalg.norm(NUDGE):.2g}"),
        )
        st.button(
            "Back to the start",
            icon=":material/restart_alt:",
            on_click=lesson_points.put,
            args=(START,),
            key="restart",
        )
        rate = st.slider(
            "Length of a step",
            0.1,
            3.0,
            1.0,
            0.1,
            key="bench_rate",
            persist_state="session",
            width=200,
            help=texts.section("losses_captions", "rate", longest=f"{LONGEST:g}"),
        )
        two = st.toggle("Two losses on the same points", key="bench_two", persist_state="session")
    if not two:
        loss_bench.alone(0, "contrastive", rate)
        return
    left, right = st.columns(2, gap="large")
    with left:
        loss_bench.stacked(0, "contrastive", rate)
    with right:
        loss_bench.stacked(1, "triplet_margin", rate)


def _nudge() -> None:
    lesson_points.put(nudged(lesson_points.points(), lesson_points.anchor()))


def square_or_root() -> None:
    """The tutorial's side question, answered by measurement."""
    st.subheader("Why d² and not d?")
    lesson("square_or_root")
    found = _measured(reshuffle.number("square_or_root"))
    left, right = st.columns([1, 1.3], gap="large")
    with left:
        with st.container(horizontal=True):
            st.metric("d², ns a pair", f"{found.square_ns:.2f}", width="content")
            st.metric("d, ns a pair", f"{found.root_ns:.2f}", width="content")
            st.metric("The root costs", f"× {found.root_ns / found.square_ns:.2f}", width="content")
        caption("losses_captions", "measured", pairs=f"{found.pairs:,}", rounds=f"{found.rounds}")
        reshuffle.button("Measure again", "square_or_root")
    with right:
        st.table(_slopes(found))
        lesson(
            "square_or_root_slopes",
            left=f"{found.left:+.0f}",
            right=f"{found.right:+.0f}",
            flat=f"{found.flat:.0f}",
        )


@st.cache_data(max_entries=4, show_spinner=False)
def _measured(attempt: int) -> SquareOrRoot:
    return measure()


def _slopes(found: SquareOrRoot) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Distance": f"{slope.distance:g}",
                "Gradient of d²": _number(slope.of_square),
                "Gradient of d": _number(slope.of_root),
            }
            for slope in found.slopes
        ]
    ).set_index("Distance")


def _number(value: float) -> str:
    return "0/0 = NaN" if math.isnan(value) else f"{value:.3g}"


def catalogue() -> None:
    """All losses in one table, from the registry."""
    st.subheader("All the losses")
    rows = loss_table()
    columns = {
        "Loss": [row.label for row in rows],
        "What it asks": [row.summary for row in rows],
        "Needs": [", ".join(row.needs) for row in rows],
        "Parameters": [_parameters(row) for row in rows],
        "Knows nothing at": [f"{row.collapsed:.3f}" for row in rows],
        "Source": [row.paper for row in rows],
    }
    # not a dataframe, which cuts sentences
    st.table(pd.DataFrame({name: map(plain, cells) for name, cells in columns.items()}), hide_index=True)
    caption("losses_captions", "know_nothing")
    with st.expander("Each in full, with its formula", key="formulas"):
        for row in rows:
            st.markdown(f"**{row.label}.** {row.summary}")
            st.latex(row.formula)
            st.caption(row.paper)


def learned() -> None:
    """The measured result of each loss."""
    st.subheader("What each of them learns")
    lesson("losses_measured", epochs=f"{EPOCHS}", batch=f"{RunConfig().batch_size}", seeds=f"{len(SEEDS)}")
    found = read()
    columns: dict[str, list[str] | list[float]] = {"Loss": [entry.label for entry in LOSSES.values()]}
    for dims, (figure, label) in product(DIMS, MEASURED_FIGURES.items()):
        columns[f"{dims}-D: {label}"] = [measured(found, loss, dims, figure).mean for loss in LOSSES]
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in list(columns)[1:]}
    st.dataframe(
        pd.DataFrame(columns), hide_index=True, height="content", column_config=numbers, key="learned"
    )


def _parameters(row: LossRow) -> str:
    return ", ".join(
        f"{parameter.label.lower()} {parameter.low:g} to {parameter.high:g}" for parameter in row.parameters
    )
