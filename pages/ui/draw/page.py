"""The Draw page: the digit on the left, the embedding that it lands in beside it, and what follows below."""

from dataclasses import replace

import streamlit as st

from core.config import RunConfig
from core.drawings import landing
from core.drawings.landing import Journey, Landing
from core.pictures import reducing, run_frames
from core.runs import Run
from core.service.shared_engine import shared_engine
from pages.ui import digit_drawings, routes, run_view
from pages.ui.canvas import embedding_canvas
from pages.ui.digit_drawings import Card, Tile
from pages.ui.draw import journey as draw_journey
from pages.ui.draw import landing as draw_landing
from pages.ui.draw import pair, unseen, waiting
from pages.ui.draw.source import Digit, choose
from pages.ui.drawing import drawing
from pages.ui.settings_url import PART

HEIGHT = 470
SHOWN = ("margin", "mark")  # at first; said with the live picture too, as what is shown stays with the run


def show(run: Run, config: RunConfig) -> None:
    """All of the page below the list of runs; drawn anew at each stroke. While the run is trained the paper
    is there all the same, as a drawing that leaves the page is lost. Raises RunDamaged, DataError."""
    done = run.status().state == "done"
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        digit = choose(config)
    place, way = (None, None) if digit is None or not done else _placed(run, digit)
    with left:
        _what_it_sees(digit)
    with right:
        if done:
            _picture(run, config, place, way)
            draw_landing.verdict(run, config, place)
        else:
            _live_picture(run, config)
            waiting.progress(run)
    tabs = st.tabs(
        ["Neighbours", "Its journey", "Same or different", "A digit never seen"],
        key=PART,
        bind="query-params",
    )
    panels = (
        lambda: draw_landing.show(config, place),
        lambda: draw_journey.show(config, digit, way),
        lambda: pair.show(run, digit, place),
        lambda: unseen.show(run, config, place),
    )
    for number, (tab, panel) in enumerate(zip(tabs, panels, strict=True)):
        with tab:
            if number == 2 or (done and tab.open):  # the second paper would lose its drawing
                panel()
            elif tab.open:
                st.caption(waiting.COMES_LATER)


def _placed(run: Run, digit: Digit) -> tuple[Landing, Journey | None]:
    point = landing.encoder_for(run).embed(digit.image[None])[0]
    return landing.land(run.embedding(), point), landing.journey(run, digit.image)


def _what_it_sees(digit: Digit | None) -> None:
    if digit is None:
        st.caption("What the network sees of your digit appears here, and the digit in the embedding.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="network_sees"):
        # in the page itself: a picture of its own would be gone again before a slow browser asked for it
        with st.container(width=120):
            own = Card([Tile(digit.image)], across=1, side=112)
            drawing(digit_drawings.cards([own], f"What the network sees of {digit.words}."), key="sees")
        st.caption(
            f"**What the network sees** of {digit.words}: 28 x 28 grey levels, the digit 20 pixels long, its centre of "
            "mass in the middle, as in MNIST.",
            width=170,
        )


def _live_picture(run: Run, config: RunConfig) -> None:
    options = run_view.canvas_options(run, config, split="sample", live=True, height=HEIGHT)
    options = replace(options, shown=SHOWN)
    frames = (None if routes.served() else run_frames.of_sample(run)) or run_view.NOTHING
    embedding_canvas(options, frames, key="draw_embedding")


def _picture(run: Run, config: RunConfig, place: Landing | None, way: Journey | None) -> None:
    shared_engine().ask_for_replay(run)
    options = run_view.canvas_options(run, config, split="train", height=HEIGHT)
    if place is not None:
        to_draw = reducing.reduction_of(run)
        stops = [(stop.step, stop.point) for stop in way.stops] if way else [(run.status().step, place.point)]
        drawn = [to_draw.apply(point[None])[0] for _, point in stops]
        options = replace(
            options,
            overlays=(*options.overlays, "mark"),
            mark=tuple(float(value) for point in drawn for value in point),
            mark_steps=tuple(step for step, _ in stops),
        )
    options = replace(options, shown=SHOWN)
    frames = run_view.NOTHING if routes.served() else run_frames.of_split(run, "train")
    embedding_canvas(options, frames, key="draw_embedding")
