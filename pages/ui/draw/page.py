"""The Draw page: the digit on the left, its embedding on the right, and panels below."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from core.config import RunConfig
from core.data import DATASETS
from core.drawings import landing
from core.drawings.landing import Journey, Landing
from core.pictures import picture_reduction
from core.pictures.frames import CanvasOptions
from core.runs import Run
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import Card, Tile
from pages.ui.components.svg import show_svg
from pages.ui.controls.settings_url import TAB
from pages.ui.draw import journey as draw_journey
from pages.ui.draw import landing as draw_landing
from pages.ui.draw import pair, unseen, waiting
from pages.ui.draw.source import Digit, choose
from pages.ui.runs.following import follow
from pages.ui.runs.picture import canvas_options, live_picture, picture
from pages.ui.runs.status_line import progress_line

HEIGHT = 470
SHOWN = ("margin", "mark")  # the initial overlays; set for the live picture too, since they stay with the run


def show(run: Run, config: RunConfig) -> None:
    """The page below the list of runs; reruns at each stroke. The paper is rendered during training too,
    since a drawing that leaves the page is lost. Raises RunDamaged, DataError."""
    done, noun = run.status().state == "done", DATASETS[config.dataset].noun
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        digit = choose(config)
    place, journey = (None, None) if digit is None or not done else _embedded(run, digit)
    with left:
        _network_input(digit, noun)
    with right:
        # one call for both, so that the canvas stays when the training ends
        follow([] if done else [run], partial(_picture, run, config, place, journey), canvas_of=run)
    tabs = st.tabs(
        ["Neighbours", "Its journey", "Same or different", f"A {noun} never seen"],
        key=TAB,
        bind="query-params",
    )
    panels: tuple[Callable[[], None], ...] = (
        lambda: draw_landing.show(config, place),
        lambda: draw_journey.show(config, digit, journey),
        lambda: pair.show(run, config, digit, place),
        lambda: unseen.show(run, config, place),
    )
    for number, (tab, panel) in enumerate(zip(tabs, panels, strict=True)):
        with tab:
            if number == 2 or (
                done and tab.open
            ):  # the second paper must stay on the page to keep its drawing
                panel()
            elif tab.open:
                st.caption(waiting.COMES_LATER)


def _embedded(run: Run, digit: Digit) -> tuple[Landing, Journey | None]:
    point = landing.encoder_for(run).embed(digit.image[None])[0]
    return landing.land(run.embedding(), point), landing.journey(run, digit.image)


def _network_input(digit: Digit | None, noun: str) -> None:
    if digit is None:
        st.caption(f"What the network sees of your {noun} appears here, and its place in the embedding.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="network_sees"):
        # inline: an image file could be gone again before a slow browser asks for it
        with st.container(width=120):
            own = Card([Tile(digit.image)], across=1, side=112)
            show_svg(digit_cards.cards([own], f"What the network sees of {digit.words}."), key="sees")
        st.caption(
            f"**What the network sees** of {digit.words}: 28 x 28 grey levels, the {noun} 20 pixels long, its centre "
            "of mass in the middle, as in MNIST.",
            width=170,
        )


def _picture(run: Run, config: RunConfig, place: Landing | None, journey: Journey | None) -> None:
    if run.status().state == "done":
        picture(run, _options(run, config, place, journey), key="draw_embedding")
        draw_landing.verdict(run, config, place)
        return
    options = canvas_options(run, config, split="sample", live=True, height=HEIGHT)
    live_picture(run, replace(options, shown=SHOWN), key="draw_embedding")
    progress_line(run)
    st.caption("Your drawing stays: as soon as the training is done, it lands in the new embedding.")


def _options(run: Run, config: RunConfig, place: Landing | None, journey: Journey | None) -> CanvasOptions:
    options = canvas_options(run, config, split="train", height=HEIGHT)
    if place is not None:
        projection = picture_reduction.fitted_reduction(run)
        stops = (
            [(stop.step, stop.point) for stop in journey.stops]
            if journey
            else [(run.status().step, place.point)]
        )
        points = [projection.apply(point[None])[0] for _, point in stops]
        options = replace(
            options,
            overlays=(*options.overlays, "mark"),
            mark=tuple(float(value) for point in points for value in point),
            mark_steps=tuple(step for step, _ in stops),
        )
    return replace(options, shown=SHOWN)
