"""The journey of a digit: its nearest images at each snapshot of the training."""

import streamlit as st

from core.config import RunConfig
from core.data import DATASETS, load_stored
from core.drawings.landing import Journey
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import Card, Tile
from pages.ui.components.svg import show_svg
from pages.ui.draw.source import Digit
from pages.ui.runs import history
from pages.ui.runs.names import class_names

WITHOUT = (
    "This run was shipped without the network at each snapshot, which would be 14 MB, so the path of your drawing is "
    "not known. Train the same settings here: the same run, with the journey."
)


def show(config: RunConfig, digit: Digit | None, journey: Journey | None) -> None:
    """A card for each snapshot, with the digit's nearest images."""
    if digit is None:
        st.info(
            f"Draw a {DATASETS[config.dataset].noun} first: its path through the training appears here.",
            icon=":material/draw:",
        )
        return
    if journey is None:
        st.info(WITHOUT, icon=":material/route:")
        history.train_button("Train these settings", config, key="train_for_journey")
        return
    names = class_names(config)
    data = load_stored(config.dataset)
    images = (data.train if journey.split == "train" else data.test).first_classes(config.digits).images
    st.markdown(
        "**Press play in the picture**: your drawing moves with the training. Below, its nearest images at each "
        "snapshot, of the 2,000 that the live picture shows."
    )
    cards = [
        Card(
            [
                Tile(images[place], word=names[label])
                for place, label in zip(stop.places, stop.labels, strict=True)
            ],
            across=len(stop.places),
            side=30,
            heading=f"Step {stop.step:,}" if stop.step else "Untrained",
        )
        for stop in journey.stops
    ]
    words = "; ".join(
        f"step {stop.step}: {', '.join(names[label] for label in stop.labels)}" for stop in journey.stops
    )
    show_svg(digit_cards.cards(cards, f"The classes of the nearest images. {words}."), key="journey")
