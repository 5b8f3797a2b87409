"""The journey of a digit: next to whom it lay at each snapshot of the training."""

import streamlit as st

from core.config import RunConfig
from core.data import load_stored
from core.drawings.landing import Journey
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import Card, Tile
from pages.ui.components.svg import show_svg
from pages.ui.draw import waiting
from pages.ui.draw.source import Digit
from pages.ui.runs.names import class_names

WITHOUT = (
    "This run came here without the network at each of its snapshots, which would be 14 MB, so where your digit lay "
    "on the way is not known: train the same settings here, and the same run comes with its journey."
)


def show(config: RunConfig, digit: Digit | None, way: Journey | None) -> None:
    """A card for each snapshot, with the images that the digit lay next to."""
    if digit is None:
        st.info("Draw a digit first: its way through the training appears here.", icon=":material/draw:")
        return
    if way is None:
        st.info(WITHOUT, icon=":material/route:")
        waiting.button("Train these settings", config, key="train_for_journey")
        return
    names = class_names(config)
    data = load_stored(config.dataset)
    images = (data.train if way.split == "train" else data.test).first_classes(config.digits).images
    st.markdown(
        "**Press play in the picture**: your digit moves with the training. Below, whom it lay next to at each "
        "snapshot, of the 2,000 images that the live picture shows."
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
        for stop in way.stops
    ]
    said = "; ".join(
        f"step {stop.step}: {', '.join(names[label] for label in stop.labels)}" for stop in way.stops
    )
    show_svg(digit_cards.cards(cards, f"The classes of the nearest images. {said}."), key="journey")
