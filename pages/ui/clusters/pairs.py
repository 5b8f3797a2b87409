"""The Rand index as a probability: on how many random pairs of images clusters and classes agree."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.charts import metric_charts
from core.config import RunConfig
from core.data import load_stored
from core.figures.rand import beyond_chance
from core.lessons.pair_agreement import PairAgreement, sample_pairs
from core.runs import Run
from pages.ui.components import charts, digit_cards
from pages.ui.components.digit_cards import DIFFERENT, SAME, Card, Tile
from pages.ui.components.svg import show_svg
from pages.ui.runs.names import class_names

COUNTS = (10, 100, 10_000)
MOST = 200_000  # pairs; with more, no visible change
LAST = 8
_SAMPLED = "pairs_sampled"
RUN, RANDOM = "this run's clusters", "random clusters"


def show(run: Run, config: RunConfig) -> None:
    """The buttons, the last pairs, the curve, and the adjusted index."""
    embedding = run.embedding()
    if len(embedding.train_labels) < 2:
        st.info("A pair needs two images.")
        return
    st.markdown(
        "Take two random images. Clusters and classes **agree** on them if both put them together, or both keep "
        "them apart. The Rand index is the probability of that: the share of all pairs on which they agree."
    )
    with st.container(horizontal=True):
        for count in COUNTS:
            st.button(
                f"Sample {count:,}",
                icon=":material/casino:",
                on_click=_sample,
                args=(count,),
                disabled=_total() + count > MOST,
                key=f"sample_{count}",
            )
        st.button("Start over", icon=":material/restart_alt:", on_click=_start_over, key="sample_none")
    own = _pairs(str(run.folder), run.status().updated, tuple(_batches()), random=False)
    by_chance = _pairs(str(run.folder), run.status().updated, tuple(_batches()), random=True)
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        _last(run, config, own)
    with right:
        _curve(embedding.train_labels, embedding.train_clusters, own, by_chance)
    _correction(embedding.train_labels, embedding.train_clusters)


def _batches() -> list[int]:
    """The number of pairs that each click has sampled."""
    batches: list[int] = st.session_state.setdefault(_SAMPLED, [COUNTS[0]])
    return batches


def _total() -> int:
    return sum(_batches())


def _sample(count: int) -> None:
    st.session_state[_SAMPLED] = [*_batches(), count]


def _start_over() -> None:
    st.session_state[_SAMPLED] = [COUNTS[0]]


@st.cache_data(max_entries=30, show_spinner=False)
def _pairs(folder: str, updated: float, batches: tuple[int, ...], *, random: bool) -> PairAgreement:
    """All pairs so far. Each batch has its own seed, so it stays the same as more are sampled."""
    embedding = Run(Path(folder)).embedding()
    labels, clusters = embedding.train_labels, embedding.train_clusters
    if random:
        clusters = np.random.default_rng(0).permutation(clusters)
    sampled = [sample_pairs(labels, clusters, count, seed=seed) for seed, count in enumerate(batches)]
    return PairAgreement(
        *(
            np.concatenate([getattr(batch, name) for batch in sampled])
            for name in ("first", "second", "same_label", "same_cluster")
        )
    )


def _last(run: Run, config: RunConfig, pairs: PairAgreement) -> None:
    st.markdown(f"The last {min(LAST, len(pairs.first))} pairs")
    images = load_stored(config.dataset).train.first_classes(config.digits).images
    labels, names = run.embedding().train_labels, class_names(config)
    several, words = [], []
    for at in range(len(pairs.first) - 1, max(-1, len(pairs.first) - 1 - LAST), -1):
        ends = int(pairs.first[at]), int(pairs.second[at])
        same_class, same_cluster = bool(pairs.same_label[at]), bool(pairs.same_cluster[at])
        frame = SAME if same_class == same_cluster else DIFFERENT
        verdict = "agree" if same_class == same_cluster else "disagree"
        line = f"{verdict}: {_where(same_class)} / {_where(same_cluster)}"
        tiles = [Tile(images[end], frame) for end in ends]
        several.append(Card(tiles, 2, 58, line=line))
        words.append(f"{names[labels[ends[0]]]} and {names[labels[ends[1]]]}, {line}")
    show_svg(
        digit_cards.cards(several, f"Sampled pairs, class / cluster: {'; '.join(words)}."), key="last_pairs"
    )
    legend = ((SAME, "agree"), (DIFFERENT, "disagree"))
    show_svg(digit_cards.legend(legend), key="last_pairs_legend")
    st.caption("Below each pair: one or two classes / one or two clusters.")
    counts = pairs.counts
    st.markdown(
        f"Of **{len(pairs.first):,}** pairs, {counts[0, 0]:,} were together in both, {counts[1, 1]:,} apart in both; "
        f"{counts[0, 1]:,} of one class were split, {counts[1, 0]:,} of two classes merged."
    )


def _where(same: bool) -> str:
    return "one" if same else "two"


def _curve(
    labels: npt.NDArray[np.uint8],
    clusters: npt.NDArray[np.uint8],
    own: PairAgreement,
    by_chance: PairAgreement,
) -> None:
    rand = beyond_chance(labels, clusters)
    index, guess = rand.rand, rand.chance
    low, high = own.interval()
    with st.container(horizontal=True):
        st.metric(
            "Share in agreement",
            f"{own.running[-1]:.4f}",
            delta=f"{low[-1]:.4f} to {high[-1]:.4f}",
            delta_color="off",
            delta_arrow="off",
            width="content",
            help="Below: the 95 % confidence interval of the index, from these pairs alone.",
        )
        st.metric(
            "Rand index",
            f"{index:.4f}",
            delta="of all pairs",
            delta_color="off",
            delta_arrow="off",
            width="content",
        )
        st.metric(
            "Random clusters",
            f"{by_chance.running[-1]:.4f}",
            delta=f"in the long run {guess:.4f}",
            delta_color="off",
            delta_arrow="off",
            width="content",
        )
    chart = metric_charts.converging({RUN: own, RANDOM: by_chance}, {RUN: index, RANDOM: guess}, 300)
    charts.show(chart, key="converging")
    st.caption("Bands: 95 % confidence (Wilson). Dashed: the index itself, over all pairs.")


def _correction(labels: npt.NDArray[np.uint8], clusters: npt.NDArray[np.uint8]) -> None:
    rand = beyond_chance(labels, clusters)
    classes = len(np.unique(labels))
    st.subheader("What the adjusted index corrects", anchor=False)
    st.markdown(
        f"With {classes} classes most pairs are of two classes, and random clusters keep most of them apart: they "
        f"agree on **{rand.chance:.3f}** of all pairs without knowing anything. The adjusted Rand index is "
        "the share of the rest that was gained:"
    )
    st.latex(
        r"\text{ARI}=\frac{\text{Rand}-\text{chance}}{1-\text{chance}}"
        rf"=\frac{{{rand.gained:.4f}}}{{{rand.possible:.4f}}}={rand.adjusted:.4f}"
    )
