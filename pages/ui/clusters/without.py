"""Figures without clusters: neighbours, the shape of the embedding, and verification by distance."""

import math

import streamlit as st

from core.charts import metric_charts
from core.config import RunConfig
from core.figures import FIGURES, KINDS, Estimate, Figure, Kind, of_kind
from core.figures.evaluation import Evaluation
from core.figures.verification import Threshold
from core.runs import Run
from pages.ui.components import charts
from pages.ui.components.cards import cards
from pages.ui.components.plain_text import plain

KINDS_SHOWN: tuple[Kind, ...] = ("neighbours", "shape")


def show(run: Run, config: RunConfig) -> None:
    """Neighbours and verification side by side, the other figures below."""
    evaluation = run.evaluation()
    left, right = st.columns(2, gap="large")
    with left:
        _neighbours(evaluation)
    with right:
        _verification(evaluation, config)
    for reason, labels in _why_undefined(evaluation).items():
        st.warning(plain(f"{', '.join(labels)}: {reason}"), icon=":material/info:")
    for kind in KINDS_SHOWN:
        st.subheader(KINDS[kind], anchor=False)
        shown = of_kind(kind)
        for card, figure in zip(cards(len(shown), 4), shown, strict=True):
            with card:
                _card(figure, evaluation)


def _why_undefined(evaluation: Evaluation) -> dict[str, list[str]]:
    """Each reason once, with the labels of the figures that it leaves undefined."""
    reasons: dict[str, list[str]] = {}
    for name, reason in evaluation.undefined.items():
        if FIGURES[name].kind in KINDS_SHOWN:
            reasons.setdefault(reason, []).append(FIGURES[name].label)
    return reasons


def _neighbours(evaluation: Evaluation) -> None:
    st.subheader("Neighbours", anchor=False)
    st.markdown(
        "**k-NN accuracy**: the k nearest training images vote on a test image. **Recall@k**: one of its k nearest "
        "test images has its class. It can only rise with k."
    )
    both = {"k-NN accuracy": evaluation.knn, "recall@k": evaluation.recall}
    curves = {name: curve for name, curve in both.items() if curve.reason is None}
    if not curves:
        st.warning(plain(evaluation.knn.reason or ""), icon=":material/info:")
        return
    charts.show(metric_charts.over_neighbours(curves, 300), key="over_neighbours")
    sampled = [f"{name} on {curve.sampled:,} of {curve.of:,} test images" for name, curve in curves.items()]
    st.caption(f"{'; '.join(sampled)}; bars: two standard errors. Dashed: guessing.")


def _verification(evaluation: Evaluation, config: RunConfig) -> None:
    st.subheader("The same class or not?", anchor=False)
    found = evaluation.verification
    if found.reason is not None or found.best is None:
        st.warning(plain(found.reason or ""), icon=":material/info:")
        return
    st.markdown(
        f"Call two images the same when they are closer than a threshold. A pair of one class is closer than a pair "
        f"of two with probability **{found.area.value:.4f}**, the area under the curve; guessing gets 0.5."
    )
    charts.show(metric_charts.roc(found, 300), key="roc")
    st.caption(
        f"{found.same:,} pairs of test images of one class, {found.different:,} of two; area ± {found.area.error:.4f}."
    )
    st.markdown(_threshold("The best threshold", found.best))
    if found.suggested is None:
        st.markdown("This loss has no distance at which it stops pushing, so it suggests no threshold.")
    else:
        st.markdown(
            f"{_threshold('Half the margin', found.suggested)} The loss pushes different classes "
            f"{config.reach:.3g} apart, so halfway is what the margin suggests."
        )


def _threshold(name: str, threshold: Threshold) -> str:
    return (
        f"**{name}, {threshold.distance:.3f}**: right for {threshold.balanced_accuracy:.2%} of the pairs if half are "
        f"of one class; finds {threshold.true_positive_rate:.1%} of these, and mistakes "
        f"{threshold.false_positive_rate:.1%} of the others for them."
    )


def _card(figure: Figure, evaluation: Evaluation) -> None:
    value, guessing = evaluation.figures[figure.name], evaluation.chance.get(figure.name)
    st.metric(
        figure.label,
        _shown(value),
        delta="no guess to compare with" if guessing is None else f"guessing {guessing.mean:.3f}",
        delta_color="off",
        delta_arrow="off",
    )
    sampled = f" Sampled: {value.sampled:,} of {value.of:,}." if value.error > 0 else ""
    st.caption(f"{figure.meaning} {figure.range[0].upper()}{figure.range[1:]}; {figure.better}.{sampled}")


def _shown(value: Estimate) -> str:
    if not math.isfinite(value.value):
        return "undefined"
    return f"{value.value:.3f} ± {value.error:.3f}" if value.error > 0 else f"{value.value:.3f}"
