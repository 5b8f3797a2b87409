"""A class held out of the training: where it lands, and how well a few examples identify it."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from core.charts import shot_charts
from core.config import RunConfig
from core.data import DATASETS, with_article
from core.drawings import few_shot
from core.drawings.few_shot import FewShot
from core.drawings.landing import Landing
from core.runs import Run
from pages.ui import turns
from pages.ui.components import charts
from pages.ui.components.plain_text import plain
from pages.ui.runs import history
from pages.ui.runs.names import class_names

CLOSE = 0.1  # a new class recognised almost as often as the others


def show(run: Run, config: RunConfig, place: Landing | None) -> None:
    """For a run trained on all classes, an offer to train without one; otherwise the held-out class."""
    if config.unseen is None:
        _offer(config)
        return
    if collapsed := run.evaluation().collapsed:
        st.info(collapsed)
        return
    left, right = st.columns(2, gap="large")
    with left:
        _where_it_lands(run, config, config.unseen, place)
    with right:
        _with_examples(run, config, config.unseen)


def _offer(config: RunConfig) -> None:
    names = class_names(config)
    st.markdown(
        "**Hold one class out of the training** and see where its images, and your drawing of it, land. "
        "If the network has learned similarity, and not just its training classes, the new class forms a cluster of "
        "its own, and a few examples are enough to recognise it. The run then says how far that is so."
    )
    if config.digits < 3:
        st.info("This run has two classes. Holding one out takes three or more: train such a run first.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unseen = st.selectbox(
            "Class never shown",
            range(config.digits),
            index=min(7, config.digits - 1),
            format_func=names.__getitem__,
            key=f"unseen_{config.digits}",
            width=160,
        )
        wanted = replace(config, held_out_class=str(unseen))
        history.train_button(f"Train without {names[unseen]}", wanted, key="train_without")


def _where_it_lands(run: Run, config: RunConfig, unseen: int, place: Landing | None) -> None:
    names = class_names(config)
    name = plain(names[unseen])
    st.subheader(f"Where {name} lands", anchor=False)
    shares = _shares(str(run.folder), run.status().updated, unseen)
    shares_text = [f"**{plain(names[label])}** ({share:.0%})" for label, share in list(shares.items())[:4]]
    st.markdown(
        f"Training never saw {with_article(name)}. Of its test images, the nearest image of another class is most "
        f"often {', '.join(shares_text)}. Double-click {name} below the picture to show only them."
    )
    if place is not None:
        of_it = int(place.votes[unseen])
        st.markdown(
            f"Of the {len(place.labels)} training images nearest to **your {DATASETS[config.dataset].noun}**, {of_it} "
            f"are {with_article(name)}."
        )
    st.caption(
        f"All figures of this run, on every page, include the images of {name}: they are embedded and measured; only "
        "the training left them out."
    )


def _with_examples(run: Run, config: RunConfig, unseen: int) -> None:
    name = plain(class_names(config)[unseen])
    st.subheader("What a few examples achieve", anchor=False)
    found = _few_shot(str(run.folder), run.status().updated, unseen)
    its_colour = st.get_option("theme.chartCategoricalColors")[unseen]
    charts.show(shot_charts.over_examples(found, f"{name}, never seen", its_colour, 250), key="few_shot")
    mean, spread = found.means()[0], found.spreads()[0]
    st.markdown(
        "Each class gets a few labelled examples, and every test image gets the class of the nearest one. With "
        + ", ".join(
            f"{shots} example{'s' * (shots > 1)} **{value:.0%} ± {error:.0%}**"
            for shots, value, error in zip(found.shots, mean, spread, strict=True)
        )
        + f" of the {name} images are recognised. {_enough(found, name)}"
    )
    st.caption(
        f"Bars and ±: one standard deviation over {found.new.shape[1]} random samples of examples. Dashed: guessing."
    )


def _enough(found: FewShot, name: str) -> str:
    """Whether a few examples are enough, compared with the classes that training saw."""
    new, others = (float(mean[-1]) for mean in found.means())
    compared = f"of the classes that training saw it is {others:.0%} with the most examples"
    if new >= others - CLOSE:
        return f"A few examples are enough here: {compared}."
    return f"A few examples are **not** enough here: {compared}, and guessing gets {found.guessing:.0%}."


@st.cache_data(max_entries=20, show_spinner="Sampling examples")
@turns.heavy
def _few_shot(folder: str, updated: float, unseen: int) -> FewShot:
    embedding = Run(Path(folder)).embedding()
    return few_shot.few_shot(
        embedding.train, embedding.train_labels, embedding.test, embedding.test_labels, unseen
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _shares(folder: str, updated: float, unseen: int) -> dict[int, float]:
    embedding = Run(Path(folder)).embedding()
    return few_shot.nearest_classes(
        embedding.train, embedding.train_labels, embedding.test, embedding.test_labels, unseen
    )
