"""A static page that mounts the canvas as the report does, and the pictures that tests show on it.

No Streamlit: `Cloud` is generated here; `OfRun` is fetched by the canvas from the app's routes.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.data import load
from core.pictures.frames import CanvasOptions, pack, with_options
from core.runs import Run
from pages.ui.components import canvas
from pages.ui.runs.picture import NOTHING, canvas_options
from run import PROJECT
from tests.browser.harness import Server

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Canvas</title>
<style>
{themes}
html {{ background: var(--st-background-color); color: var(--st-text-color); font: 14px/1.6 sans-serif; }}
body {{ max-width: 708px; margin: 0 auto; padding: 8px 14px; }}
</style>
<div id="host"></div>
<template id="canvas"><style>{style}</style>{html}</template>
<script type="module">
{script}
const host = document.getElementById("host");
host.attachShadow({{ mode: "open" }}).append(document.getElementById("canvas").content.cloneNode(true));
window.received = {{}}; // what Python would receive, by name
const receive = (name, value) => (window.received[name] = value);
const component = {{ parentElement: host.shadowRoot, setStateValue: receive, setTriggerValue: receive }};
window.show = (packed) => {{
  component.data = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  window.remove = mount(component);
}};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => mount(component));
</script>
</html>"""

# Records in the page whether the canvas plays, and its playhead: by the time a test asks, it may have ended.
PLAYED = """
    window.played = [];
    const look = () => {
        requestAnimationFrame(look);
        const root = document.getElementById("host")?.shadowRoot?.querySelector(".cl-canvas");
        const { playing, playhead, n } = root?.contrastiveCanvas?.state() ?? { n: 0 };
        if (n) window.played.push([playing, playhead]);
    };
    look();
"""


@cache
def page_html() -> str:
    """The page in the app's colours, light or dark like the visitor's system."""
    theme = _theme()
    light, dark = _variables(theme["light"]), _variables(theme["dark"])
    files = canvas.files()
    return PAGE.format(
        themes=f":root {{{light}}} @media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}",
        style=files.css,
        html=files.html,
        script=files.mounting,
    )


def _theme() -> dict[str, Any]:
    return cast(
        dict[str, Any], tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    )


def class_colours() -> list[str]:
    """The ten colours of the classes, in light and dark."""
    return list(_theme()["chartCategoricalColors"])


def _variables(theme: dict[str, Any]) -> str:
    """The theme variables that Streamlit passes to a component."""
    colours = ",".join(class_colours())
    return (
        f"--st-background-color: {theme['backgroundColor']}; --st-text-color: {theme['textColor']}; "
        f"--st-primary-color: {theme['primaryColor']}; --st-chart-categorical-colors: {colours};"
    )


# ---- pictures


@dataclass(frozen=True)
class Cloud:
    """Generated points, passed all at once.

    shown: the number of frames so far; None: all. case: an unusual case.
    mark: where the visitor's own image is: "end" at the last step, "path" at every step, "outside" the picture.
    """

    points: int = 60_000
    frames: int = 15
    dims: int = 2
    shown: int | None = None
    live: bool = False
    run: str = "a"
    case: str = ""
    ids: bool = False
    clusters: bool = False
    pick: bool = False
    mark: str = ""
    bookmark: str = ""
    split: str = "train"

    @property
    def address(self) -> str:
        return "http://localhost/canvas"

    def packed(self) -> bytes:
        """What Python passes to the canvas."""
        coordinates, labels = clusters(self.points, self.frames, self.dims)
        shown = self.frames if self.shown is None else self.shown
        coordinates = coordinates[:shown].copy()
        match self.case:
            case "equal":
                coordinates[:] = 0.5
            case "far-before":
                coordinates[-1] = 0.5 + 1e-5 * coordinates[-1]
                coordinates[3] *= 1000
            case "missing":
                coordinates[:] = np.nan
            case "some-missing":
                coordinates[:, ::100] = np.nan
            case "diverged":
                coordinates[-2:] = np.nan
            case "few-at-first":
                coordinates[:-1, 500:] = np.nan
            case "empty":
                coordinates, labels = coordinates[:, :0], labels[:0]
            case "nothing":
                coordinates, shown = coordinates[:0], 0
            case "one-class":
                labels = np.zeros_like(labels)
        options = CanvasOptions(
            run=self.run,
            class_names=tuple("0123456789"),
            title="Test embedding",
            live=self.live,
            margin=1.0,
            height=560,
            colours=("digit", "cluster", "agreement"),
            overlays=("margin", "centroids", "mark") if self.mark else ("margin", "centroids"),
            shown=("margin", "mark") if self.mark else ("margin",),
            selectable=self.pick,
            telling=self.pick,
            bookmark=self.bookmark,
            **self._marked(shown),
        )
        groups = own_clusters(labels) if self.clusters else None
        ids = 3 * np.arange(len(labels)) if self.ids else None
        return pack(coordinates, labels, steps(shown), options, clusters=groups, ids=ids)

    def _marked(self, shown: int) -> dict[str, Any]:
        if not self.mark or not shown:
            return {}
        path = journey(self.dims, self.frames)[:shown]
        if self.mark == "outside":
            path = path + 10
        if self.mark != "path":
            return {"mark": tuple(path[-1].tolist()), "mark_steps": (int(steps(shown)[-1]),)}
        return {"mark": tuple(path.ravel().tolist()), "mark_steps": tuple(steps(shown).tolist())}


@dataclass(frozen=True)
class OfRun:
    """A run of the app, whose frames the canvas fetches; split, live, per_class and pick as on the app's pages."""

    server: Server
    folder: Run
    split: str = "train"
    live: bool = False
    per_class: int = 0
    pick: bool = False

    @property
    def run(self) -> str:
        return self.folder.key

    @property
    def address(self) -> str:
        return f"{self.server.url}/canvas"

    def packed(self) -> bytes:
        """What Python passes to the canvas: the URL of its frames."""
        options = canvas_options(
            self.folder,
            self.folder.config(),
            split=self.split,
            live=self.live,
            source=f"{self.server.url}/runs/{self.folder.key}",
        )
        options = replace(options, per_class=self.per_class, telling=self.pick)
        return with_options(NOTHING, options)


Picture = Cloud | OfRun


@cache
def clusters(points: int, frames: int, dims: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Clusters with MNIST's labels that grow out of one cloud, as in a training."""
    labels = np.asarray(load("mnist").train.labels[:points])
    generator = np.random.default_rng(3)
    start = generator.normal(0, 0.12, (points, dims))
    angle = np.arange(10) * 2.399963
    homes = np.stack([np.cos(angle), np.sin(angle), np.sin(angle * 1.7 + 1)], axis=1)[:, :dims]
    homes *= (0.67 + 0.1 * (np.arange(10) % 5))[:, None]
    widths = generator.uniform(0.05, 0.12, (10, 1))[labels]
    stray = generator.random(points) < 0.012
    targets = np.where(stray, generator.integers(0, 10, points), labels)
    noise = generator.normal(0, 1, (points, dims)) * widths * np.where(stray, 2.2, 1.0)[:, None]
    share = 1 - (1 - np.linspace(0, 1, max(frames, 2))[:frames]) ** 2
    moves = start + share[:, None, None] * (homes[targets] + noise - start)
    return moves.astype(np.float32), labels


def steps(frames: int) -> NDArray[np.int64]:
    return 3 * np.arange(frames) ** 2


def own_clusters(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Clusters that agree with the labels, except for every seventh point; every 35th is matched to no class."""
    which = np.arange(len(labels))
    others = np.where(which % 35 == 0, 255, (labels + 1) % 10)
    return np.where(which % 7 == 0, others, labels).astype(np.uint8)


def journey(dims: int, frames: int) -> NDArray[np.float64]:
    """A path through the middle of the picture [f, d], away from the cluster centres."""
    along = np.linspace(-0.9, 0.75, frames)
    return np.stack([along, 0.5 * np.sin(3 * along) - 0.3, 0.2 * along], axis=1)[:, :dims]
