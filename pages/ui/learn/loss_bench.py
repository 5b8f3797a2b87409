"""One loss on the lesson's points: its plane, its curve, its formula with numbers."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.config import PARAMETERS, RunConfig
from core.lessons import texts
from core.lessons.curve_handle import handle, has_handle, value_at
from core.lessons.forces import Forces, Points, forces, walk
from core.lessons.lesson_plane import EDGE, HALF_WIDTH, LABELS, Triplet, hardest_triplet
from core.lessons.loss_curves import Curves, by_angle, curves
from core.lessons.worked import WORKED, Scene
from core.losses import LOSSES, LossEntry
from core.losses.base import PULLS, PUSHES
from pages.ui.learn import lesson_points
from pages.ui.learn.curve import Curve, Dot, curve
from pages.ui.learn.lesson_text import caption
from pages.ui.learn.loss_at_rest import at_rest
from pages.ui.learn.plane import Look, Moved, Plane, Ring, Tie, plane

# Three digits that are often confused, in the colours that they have everywhere; none is that of a pull or a push.
LOOKS = tuple(Look(str(digit), digit) for digit in (4, 9, 7))
RUN_STEPS = 60
STRETCH = 3.0  # length of an arrow per unit of force


@dataclass(frozen=True)
class Bench:
    """A loss on the page: its position (0 or 1), its entry and its parameters."""

    place: int
    entry: LossEntry
    parameters: dict[str, float]


def _widgets(place: int, first: str) -> Bench:
    """The widgets of one loss: a select box, and a slider for each of its parameters."""
    name = st.selectbox(
        "Loss" if place == 0 else "Second loss",
        list(LOSSES),
        index=list(LOSSES).index(first),
        format_func=lambda name: LOSSES[name].label,
        key=f"bench_loss_{place}",
        persist_state="session",
    )
    entry = LOSSES[name]
    return Bench(place, entry, {field: _slider(place, field) for field in entry.parameters})


def _slider(place: int, field: str) -> float:
    declared = PARAMETERS[field]
    key = _key(place, field)
    st.session_state.setdefault(key, float(getattr(RunConfig(), field)))
    letter = LOSSES[st.session_state[f"bench_loss_{place}"]].parameters[field]
    return float(
        st.slider(
            f"{declared.label} ${letter}$",
            float(declared.low),
            float(declared.high),
            step=float(declared.step),
            key=key,
            help=declared.help,
            persist_state="session",
        )
    )


def _key(place: int, field: str) -> str:
    return f"bench_{field}_{place}"


def alone(place: int, first: str, rate: float) -> None:
    """A loss at the full width of the page: the plane on the left, everything else on the right."""
    left, right = st.columns([1, 1.05], gap="large")
    with right:
        bench = _widgets(place, first)
    points, now, triplet = _look(bench)
    with left:
        _plane(bench, points, now, triplet)
        _buttons(bench, rate)
        at_rest(bench.entry, bench.parameters, triplet)
    with right:
        _numbers(bench, now, triplet)
        _curve(bench, triplet)


def stacked(place: int, first: str, rate: float) -> None:
    """A loss in half of the width, everything in one column."""
    bench = _widgets(place, first)
    points, now, triplet = _look(bench)
    _plane(bench, points, now, triplet)
    _buttons(bench, rate)
    at_rest(bench.entry, bench.parameters, triplet)
    _numbers(bench, now, triplet)
    _curve(bench, triplet)


def _look(bench: Bench) -> tuple[Points, Forces, Triplet]:
    points = lesson_points.points()
    now = forces(bench.entry, points, LABELS, bench.parameters)
    triplet = hardest_triplet(points, LABELS, lesson_points.anchor(), on_circle=bench.entry.normalised)
    return points, now, triplet


def _buttons(bench: Bench, rate: float) -> None:
    with st.container(horizontal=True):
        for label, icon, steps in (("Step once", "skip_next", 1), ("Let it run", "play_arrow", RUN_STEPS)):
            st.button(
                label,
                icon=f":material/{icon}:",
                on_click=_walk,
                args=(bench, rate, steps),
                key=f"walk_{steps}_{bench.place}",
                help=None if steps == 1 else texts.section("losses_captions", "run", steps=f"{steps}"),
            )


def _walk(bench: Bench, rate: float, steps: int) -> None:
    walked = walk(bench.entry, lesson_points.points(), LABELS, bench.parameters, rate=rate, steps=steps)
    lesson_points.put(walked.points[-1], walked.points)


# ---- the plane


def _plane(bench: Bench, points: Points, now: Forces, triplet: Triplet) -> None:
    kinds = {term: _kind(term) for term in now.terms}
    lengths = np.linalg.norm(now.total, axis=1)
    shown = Plane(
        title=f"The forces of {bench.entry.label} on {len(points)} points of {len(LOOKS)} classes",
        version=lesson_points.version(),
        points=points.tolist(),
        labels=LABELS.tolist(),
        looks=LOOKS,
        half_width=HALF_WIDTH,
        edge=EDGE,
        anchor=triplet.anchor,
        forces={term: force.tolist() for term, force in now.of_term.items()},
        kinds=kinds,
        stretch=STRETCH,
        says=[f"Force {length:.3f}." for length in lengths],
        told=_legend(kinds, now),
        rings=_rings(bench, triplet),
        ties=[
            Tie(triplet.anchor, triplet.positive, "positive"),
            Tie(triplet.anchor, triplet.negative, "negative"),
        ],
        frames=lesson_points.frames(bench.place),
    )
    plane(shown, _moved, key=f"plane_{bench.place}")


def _kind(term: str) -> str:
    return "pull" if term in PULLS else "push" if term in PUSHES else "force"


def _legend(kinds: dict[str, str], now: Forces) -> str:
    if now.strongest < 1e-6:
        return texts.section("losses_captions", "no_force")
    words = {"pull": "blue pulls", "push": "dashed orange pushes", "force": "the other arrows do both"}
    phrases = [f"{words[kind]} ({term})" for kind in words for term, own in kinds.items() if own == kind]
    if len(phrases) == 1:
        phrases = ["an arrow is the whole force on its point"]
    return f"{'; '.join(phrases).capitalize()}. The strongest force is {now.strongest:.3f}."


def _rings(bench: Bench, triplet: Triplet) -> list[Ring]:
    if bench.entry.normalised:
        return [Ring(1.0, "only directions count", None)]
    reach = bench.entry.reach(bench.parameters.get("margin", math.nan))
    if reach is None or not 0 < reach <= 2 * HALF_WIDTH:
        return []
    return [Ring(reach, f"pushed within {reach:.2f}", triplet.anchor)]


def _moved(moved: Moved) -> None:
    lesson_points.move(np.array(moved.points), moved.picked)


# ---- the worked formula


def _numbers(bench: Bench, now: Forces, triplet: Triplet) -> None:
    entry = bench.entry
    st.latex(_in_lines(entry.formula))
    with st.container(key=f"worked_{bench.place}", gap="small"):
        for line in WORKED[entry.name](Scene(lesson_points.points(), LABELS, triplet), bench.parameters):
            st.markdown(
                rf"{_WHOSE[line.of]} $\;\displaystyle \ell = {line.latex} = \mathbf{{{line.value:.3f}}}$",
                text_alignment="center",
            )
    with st.container(horizontal=True):
        st.metric("Loss of all points", f"{now.loss:.4f}", width="content")
        st.metric("Strongest force", f"{now.strongest:.4f}", width="content")
        st.metric("Nearest negative", f"{triplet.d_an:.3f}", width="content")
    if entry.learned:
        caption("losses_captions", "learned")
    if len(now.terms) > 1:
        terms = " + ".join(f"{name} {value:.4f}" for name, value in now.terms.items())
        caption("losses_captions", "sum", loss=f"{now.loss:.4f}", terms=terms, points=f"{len(LABELS)}")


def _in_lines(formula: str) -> str:
    """A formula over several lines: side conditions and the second of two long terms get their own."""
    lines = formula.replace(r", \quad", r"\\").replace(r"\bigr) + ", r"\bigr) \\ {} + ")
    return r"\begin{gathered}" + lines + r"\end{gathered}"


_WHOSE = {
    "positive": "positive pair:",
    "negative": "negative pair:",
    "triplet": "triplet:",
    "anchor": "anchor:",
    "anchor and positive": "anchor and positive:",
    "pair of class": "the pair of its class:",
    "proxy of class": "the proxy of its class:",
    "batch": "all points:",
}


# ---- the curve


def _curve(bench: Bench, triplet: Triplet) -> None:
    entry, parameters = bench.entry, bench.parameters
    on_circle = by_angle(entry, parameters)
    if on_circle:
        triplet = hardest_triplet(lesson_points.points(), LABELS, triplet.anchor, on_circle=True)
    found = curves(entry, parameters, triplet.d_ap, triplet.d_an, on_circle=on_circle)
    held = handle(entry, parameters, triplet.d_ap)
    label = PARAMETERS[held.field].label if held else ""
    shown = Curve(
        title=f"The loss over distance: blue for a positive that moves, orange for a negative; {entry.label}",
        across="distance from the anchor (on the unit circle)" if on_circle else "distance from the anchor",
        farthest=float(found.distance[-1]),
        highest=_highest(found),
        lines={"positive": found.positive.tolist(), "negative": found.negative.tolist()},
        dots=[
            Dot("positive", triplet.d_ap, _at(found, found.positive, triplet.d_ap)),
            Dot("negative", triplet.d_an, _at(found, found.negative, triplet.d_an)),
        ],
        handle=held.at if held else None,
        handle_text=f"{label.lower()} {parameters[held.field]:.2f}" if held else "",
        handle_label=f"{label}, as the distance {held.means}" if held else "",
    )

    def handled(at: float) -> None:
        if held:
            value = value_at(entry, parameters, held.field, triplet.d_ap, at)
            st.session_state[_key(bench.place, held.field)] = value

    curve(shown, handled, key=f"curve_{bench.place}_{entry.name}")
    caption("losses_captions", "curve")
    if held:
        caption("losses_captions", "handle", name=label.lower(), means=held.means)
    elif not has_handle(entry):
        caption("losses_captions", "no_handle_but_a_weight" if "weight" in entry.parameters else "no_handle")


def _highest(found: Curves) -> float:
    """Such that both curves are visible at the usual distances."""
    top = max(float(found.negative.max()), float(np.interp(1.0, found.distance, found.positive)), 0.1)
    return float(min(top * 1.15, max(found.positive.max(), found.negative.max()) * 1.05 + 1e-9))


def _at(found: Curves, values: np.ndarray, distance: float) -> float:
    return float(np.interp(distance, found.distance, values))
