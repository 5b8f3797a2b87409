"""The encoder at a glance: both images pass through the same weights, down to a few numbers."""

import streamlit as st

from core.charts.activation_chart import activations
from core.config import RunConfig
from core.encoders.activations import ACTIVATIONS
from pages.ui import state
from pages.ui.components import charts
from pages.ui.components.svg import show_svg


def architecture(config: RunConfig) -> None:
    """Two images, one encoder with its layer sizes, two embeddings and their distance."""
    layers = config.layers
    show_svg(_svg(layers), key="architecture")
    st.caption(
        f"Both images go through **one** encoder: {' → '.join(str(size) for size in layers)}, "
        f"{config.parameter_count:,} shared weights. {reduction(config)}"
    )


def activation(config: RunConfig) -> None:
    """A button that shows what the activation does."""
    entry = ACTIVATIONS[config.activation]
    shown = st.popover(
        f"Activation: {entry.label}",
        icon=":material/show_chart:",
        type="tertiary",
        key="activation_popover",
        on_change="rerun",
    )
    if not shown.open:  # a chart of hundreds of points that few open
        return
    with shown:
        charts.show(activations(config.activation, 260), width=round(state.sized(420)), key="activations")
        st.markdown(" · ".join(f"{one.label}: ${one.formula}$" for one in ACTIVATIONS.values()))
        st.caption(
            "Without a nonlinearity between the layers the encoder would be one linear map. The Wolfram notebook "
            "prints x + sigmoid(x) and calls it swish, which is x · sigmoid(x)."
        )


def reduction(config: RunConfig) -> str:
    """How many numbers an image becomes, and how many of them are free."""
    layers = config.layers
    pixels, dims, narrowest = layers[0], layers[-1], min(layers)
    if narrowest == dims:
        return f"{pixels} numbers become {dims}: {1 - dims / pixels:.2%} fewer."
    # nothing but one linear layer between that layer and the embedding
    affine = layers[-2] == narrowest and not config.normalised
    return (
        f"{pixels} numbers become {dims}, but {'an affine map' if affine else 'a function'} of only {narrowest}, the "
        f"narrowest layer: {1 - narrowest / pixels:.2%} fewer. Such a bottleneck is shown in “Squeezed through two "
        "units”, on the Clusters page under Disagreement."
    )


def _svg(layers: tuple[int, ...]) -> str:
    """An inline SVG in the page's own text colour; `layers` are checked whole numbers."""
    width, height, left, right = 460, 92, 96, 366
    tallest = max(layers) ** 0.5
    gap = (right - left) / (len(layers) - 1)
    bars = []
    for place, size in enumerate(layers):
        bar = 12 + 62 * size**0.5 / tallest
        x, y = left + place * gap, (height - 12 - bar) / 2
        bars.append(
            f'<rect x="{x - 6:.0f}" y="{y:.0f}" width="12" height="{bar:.0f}" rx="3" '
            'fill="currentColor" opacity="0.35"/>'
            f'<text x="{x:.0f}" y="{height - 1}" text-anchor="middle">{size}</text>'
        )
    images = "".join(
        f'<rect x="14" y="{y}" width="30" height="30" rx="3" fill="{colour}" opacity="0.25"/>'
        f'<text x="29" y="{y + 20}" text-anchor="middle" fill="{colour}" font-size="15" font-weight="600">x{n}</text>'
        f'<path d="M46 {y + 15} C 66 {y + 15} 66 40 {left - 12} 40" fill="none" stroke="{colour}" stroke-width="2"/>'
        for n, y, colour in (("₁", 3, "#3f90da"), ("₂", 47, "#e76300"))
    )
    points = "".join(
        f'<path d="M{right + 10} 40 C {right + 30} 40 {right + 30} {y} {right + 46} {y}" fill="none" '
        f'stroke="{colour}" stroke-width="2"/><circle cx="{right + 52}" cy="{y}" r="5" fill="{colour}"/>'
        for y, colour in ((20, "#3f90da"), (60, "#e76300"))
    )
    distance = (
        f'<line x1="{right + 52}" y1="27" x2="{right + 52}" y2="53" stroke="currentColor" stroke-dasharray="3 3"/>'
        f'<text x="{right + 62}" y="44">d</text>'
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" style="width:100%;max-height:7.4rem" '
        'font-family="inherit" font-size="11" fill="currentColor" '
        f'aria-label="Two images through one encoder with layers {", ".join(map(str, layers))}">'
        f"{images}{''.join(bars)}{points}{distance}</svg>"
    )
