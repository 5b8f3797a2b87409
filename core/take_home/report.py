"""A run as a single offline HTML page: the replay, the loss curve, and tables."""

import base64
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from core.clustering import cluster_table
from core.config import PARAMETERS, RunConfig
from core.data import DATASETS
from core.environment import PROJECT
from core.figures import KINDS, of_kind
from core.figures.evaluation import Evaluation
from core.lessons.margin import margin_in_picture
from core.losses import LOSSES
from core.pictures import canvas_data, overlays
from core.pictures.frames import CanvasOptions, pack, unpack
from core.pictures.picture_reduction import PICTURE_DIMS
from core.runs import Run
from core.take_home.curve import loss_curve

ASSETS = PROJECT / "assets" / "report"
POINTS = 12_000  # in the replay: about a megabyte with 15 frames
OVERLAYS = (
    "The lines enclose 25, 50, 75 and 90 % of the images of a class; “Colours and overlays” can hide them and show "
    "Voronoi cells, which colour the background by the nearest image of a sample."
)


@dataclass(frozen=True)
class CanvasFiles:
    """The app's canvas as the browser gets it."""

    html: str
    css: str
    js: str

    @property
    def mounting(self) -> str:
        """The script with its default export as a plain function `mount`."""
        before, export, rest = self.js.partition("export default ")
        assert export, "the canvas exports its function in another form"
        return f"{before}const mount = {rest}"


def report(run: Run, name: str, options: CanvasOptions, canvas: CanvasFiles, colours: Sequence[str]) -> str:
    """The page of a finished run called `name`. options: how the app shows it; colours: of the classes. Raises
    RunDamaged."""
    config, evaluation = run.config(), run.evaluation()
    shapes = _shapes(run, config)
    at_first = ("margin", "contours") if shapes else ("margin",)
    frames, sample = _frames(run, replace(options, overlays=("margin", "centroids", *shapes), shown=at_first))
    style = (ASSETS / "report.css").read_text("utf-8")
    names = DATASETS[config.dataset].classes[: config.digits]
    ruler = margin_in_picture(config, run.embedding().train) if options.margin else None
    filled = {
        "title": escape(name),
        "style": style.replace("{{colours}}", ",".join(colours)),
        "about": escape(_about(run, config)),
        "sample": escape(" ".join(filter(None, (sample, OVERLAYS if shapes else None, ruler)))),
        "figures": _figures(evaluation),
        "curve": _image(loss_curve(run.progress()).encode(), "The loss over the training steps"),
        "confusion": _confusion(evaluation, names),
        "davies": _davies(evaluation, names),
        "settings": _settings(config),
        "canvas_style": canvas.css,
        "canvas_html": canvas.html,
        "canvas_script": canvas.mounting,
        "frames": base64.b64encode(frames).decode(),
        "shapes": json.dumps(shapes, separators=(",", ":")),
    }
    page = (ASSETS / "report.html").read_text("utf-8")
    # a single pass, so that inserted text is never taken for a placeholder
    before, *rest = page.split("{{")
    return before + "".join(filled[part[: part.index("}}")]] + part[part.index("}}") + 2 :] for part in rest)


def _shapes(run: Run, config: RunConfig) -> dict[str, overlays.Shapes]:
    """The contours and cells of a 2-D run, which the offline page cannot fetch."""
    if config.embedding_dims != 2 or run.evaluation().collapsed:
        return {}
    return {"contours": overlays.contours(run, "train"), "cells": overlays.cells(run, "train")}


def _frames(run: Run, options: CanvasOptions) -> tuple[bytes, str]:
    """A sample of the points at every snapshot, and its description."""
    whole = unpack(canvas_data.of_split(run, "train"))
    present = np.flatnonzero(np.isfinite(whole.coordinates).all(axis=(0, 2)))
    if len(present) == 0:  # only the last frame has all images
        sample = canvas_data.of_sample(run)
        whole = unpack(sample) if sample is not None else whole
        present = np.arange(len(whole.labels))
    count = min(POINTS, len(present))
    chosen = np.sort(np.random.default_rng(0).choice(present, count, replace=False))
    packed = pack(
        whole.coordinates[:, chosen],
        whole.labels[chosen],
        whole.steps,
        options,
        ids=chosen,
        clusters=None if whole.clusters is None else whole.clusters[chosen],
    )
    return packed, f"{count:,} of the images, at {len(whole.steps)} steps of the training. Press play."


def _about(run: Run, config: RunConfig) -> str:
    entry, status = LOSSES[config.loss], run.status()
    return (
        f"A network was trained on {DATASETS[config.dataset].label} for {status.seconds:.1f} seconds with the loss "
        f"“{entry.label}”; its weights are those of step {status.step:,}. {entry.summary} It maps each image to "
        f"{config.embedding_dims} numbers: {_place(config.embedding_dims)}."
        + (f" {collapsed}" if (collapsed := run.evaluation().collapsed) else "")
    )


def _place(dims: int) -> str:
    if dims <= PICTURE_DIMS:
        return "the position of its point below"
    return f"its point below shows them in {PICTURE_DIMS} dimensions, the main ones of a singular value decomposition"


def _figures(evaluation: Evaluation) -> str:
    parts = []
    for kind, question in KINDS.items():
        rows = [
            (
                figure.label,
                _number(evaluation.values[figure.name]),
                figure.best_text,
                " ".join(
                    filter(None, (figure.meaning, figure.chance, evaluation.undefined.get(figure.name)))
                ),
            )
            for figure in of_kind(kind)
        ]
        parts.append(f"<h3>{escape(question)}</h3>")
        parts.append(_table(("figure", "value", "best", "what it means"), rows, numbers={1, 2}))
    return "\n".join(parts)


def _confusion(evaluation: Evaluation, names: Sequence[str]) -> str:
    table = evaluation.confusion
    heads = ["class", *(_cluster(digit, names) for digit in table.matched_digit.tolist())]
    rows = [
        (names[int(digit)], *(f"{count:,}" for count in counts))
        for digit, counts in zip(table.digits, table.counts.tolist(), strict=True)
    ]
    own = {
        (row, column + 1)
        for row, digit in enumerate(table.digits.tolist())
        for column, matched in enumerate(table.matched_digit.tolist())
        if digit == matched
    }
    return _table(heads, rows, numbers=set(range(1, len(heads))), own=own)


def _davies(evaluation: Evaluation, names: Sequence[str]) -> str:
    rows = [
        (
            _cluster(row.digit, names),
            f"{row.size:,}",
            _number(row.within),
            _cluster(row.rival_digit, names) if row.rival >= 0 else "–",
            _number(row.between),
            _number(row.similarity),
        )
        for row in cluster_table(evaluation.davies_bouldin, evaluation.confusion)
    ]
    return _table(("cluster", "images", "WCD", "nearest rival", "BCD", "S"), rows, numbers={1, 2, 4, 5})


def _settings(config: RunConfig) -> str:
    rows = []
    for name, parameter in PARAMETERS.items():
        value = getattr(config, name)
        rows.append(
            (parameter.label, parameter.options.get(str(value), parameter.text(value)), parameter.help)
        )
    return _table(("setting", "value", "what it does"), rows)


def _cluster(digit: int, names: Sequence[str]) -> str:
    return f"of {names[digit]}" if 0 <= digit < len(names) else "unmatched"


def _number(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "undefined"


def _image(svg: bytes, words: str) -> str:
    return f'<img alt="{escape(words)}" src="data:image/svg+xml;base64,{base64.b64encode(svg).decode()}">'


def _table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: set[int] = frozenset(),  # type: ignore[assignment]
    own: set[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
) -> str:
    """An HTML table; numbers: right-aligned columns; own: (row, column) of bold cells."""

    def cell(tag: str, text: str, row: int, column: int) -> str:
        classes = ["number"] * (column in numbers) + ["own"] * ((row, column) in own)
        kind = f' class="{" ".join(classes)}"' if classes else ""
        return f"<{tag}{kind}>{escape(text)}</{tag}>"

    head = "".join(cell("th", text, -1, column) for column, text in enumerate(heads))
    body = "\n".join(
        "<tr>" + "".join(cell("td", text, row, column) for column, text in enumerate(texts)) + "</tr>"
        for row, texts in enumerate(rows)
    )
    return f'<div class="scroll"><table>\n<tr>{head}</tr>\n{body}\n</table></div>'
