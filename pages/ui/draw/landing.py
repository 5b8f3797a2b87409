"""Where the digit lands: its neighbours' vote, their images, and its cluster."""

import streamlit as st

from core.charts import run_charts
from core.config import RunConfig
from core.data import DATASETS, load_stored, with_article
from core.drawings.landing import Landing
from core.runs import Run
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import Card, Tile
from pages.ui.components.plain_text import plain
from pages.ui.components.svg import show_svg
from pages.ui.runs.names import class_names


def verdict(run: Run, config: RunConfig, place: Landing | None) -> None:
    """Two lines: the neighbours' vote, and the cluster."""
    if place is None:
        st.markdown("Nothing drawn yet. Each point is a training image, embedded by this run's network.")
        return
    if place.undecided:
        st.markdown(f"### No verdict\n{plain(place.undecided)}")
        return
    names = class_names(config)
    others = [
        f"{place.votes[label]} × {plain(names[label])}"
        for label in sorted(range(len(names)), key=lambda label: -place.votes[label])
        if label != place.winner and label < len(place.votes) and place.votes[label]
    ]
    table = run.evaluation().confusion
    matched = dict(zip(table.clusters.tolist(), table.matched_digit.tolist(), strict=True))
    winner = plain(with_article(names[place.winner]))
    cluster = run_charts.cluster_name(place.cluster, matched.get(place.cluster, -1), names)
    st.markdown(
        f"### It looks like {winner}\n"
        f"**{place.votes[place.winner]} of its {len(place.labels)} nearest** training images are "
        f"{winner}{'; the others: ' + ', '.join(others) if others else ''}. "
        f"KMeans puts it into cluster **{plain(cluster)}**, {place.to_centroid:.3g} from its centre."
    )


def show(config: RunConfig, place: Landing | None) -> None:
    """The images of the neighbours, each with its class and its distance."""
    if place is None:
        st.info(
            f"Draw a {DATASETS[config.dataset].noun} first: its nearest training images appear here.",
            icon=":material/draw:",
        )
        return
    if place.undecided:
        st.info(plain(place.undecided))
        return
    names = class_names(config)
    images = load_stored(config.dataset).train.first_classes(config.digits).images
    cards = [
        Card([Tile(image)], across=1, side=64, line=f"{names[label]} · {distance:.2g}")
        for image, label, distance in zip(
            images[place.neighbours.indices], place.labels, place.neighbours.distances, strict=True
        )
    ]
    st.markdown("**The nearest training images** in the embedding, with their class and distance")
    words = ", ".join(card.line for card in cards)
    show_svg(digit_cards.cards(cards, f"The nearest images, class and distance: {words}."), key="nearest")
    if config.unseen is not None and config.unseen in place.labels:
        st.caption(
            f"Images of {plain(names[config.unseen])} are among them although training never saw that class: "
            "they were only embedded."
        )
