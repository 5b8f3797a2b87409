"""Every loss of the catalogue on all of MNIST, in 2-D and in 8-D, three seeds each; writes docs/losses.md.

Each run is kept in `MEASURED` as soon as it is done, under its key, so that a cut loses nothing
and a second call measures only what is missing. A run is measured anew when its key has changed.
"""

import json
import math
import statistics
from pathlib import Path
from typing import Any

from benchmarks.row import Row, say
from benchmarks.trained import trained
from core.config import RunConfig
from core.lessons.loss_table import catalogue_as_markdown
from core.losses import LOSSES

PROJECT = Path(__file__).resolve().parent.parent
MEASURED = Path(__file__).with_name("losses_measured.jsonl")
DOCUMENT = PROJECT / "docs" / "losses.md"

DIMS, SEEDS, EPOCHS = (2, 8), (0, 1, 2), 1
FIGURES = {
    "test_adjusted_rand_index": "test ARI",
    "knn_accuracy": "5-NN accuracy",
    "davies_bouldin": "Davies-Bouldin",
}

Figures = dict[str, float | None]


def config_of(loss: str, dims: int, seed: int) -> RunConfig:
    """The defaults but for the loss, its dimensions and one epoch; triplets are drawn, as all of a batch
    of 200 are millions."""
    drawn = LOSSES[loss].takes == "triplets"
    return RunConfig(
        loss=loss,
        embedding_dims=dims,
        seed=seed,
        epochs=EPOCHS,
        sampling="sampled" if drawn else "all",
    )


def measure() -> list[Row]:
    """Train what is not measured yet, write the document, and return the rows: the goal is to learn at all."""
    found = read()
    # seed by seed, so that a cut leaves a whole table of fewer seeds
    for seed in SEEDS:
        for loss in LOSSES:
            for dims in DIMS:
                config = config_of(loss, dims, seed)
                if config.key not in found:
                    outcome = trained(config)
                    figures = {name: _number(outcome.figures[name]) for name in FIGURES}
                    line = {"key": config.key, "loss": loss, "dims": dims, "seed": seed, **figures}
                    say(f"  {line}")
                    with MEASURED.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(line) + "\n")
                    found[config.key] = figures
                    trained.cache_clear()  # 60,000 points a run are not kept for nothing
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(found), encoding="utf-8")
    return [
        Row(
            "losses",
            f"{loss}, {dims}-D, {FIGURES[name]}, {EPOCHS} epoch, mean of {len(SEEDS)} seeds",
            "",
            statistics.fmean(_values(found, loss, dims, name)),
            low=0.5 if dims == 8 else 0.4,  # chance is 0
        )
        for loss in LOSSES
        for dims in DIMS
        for name in ("test_adjusted_rand_index",)
    ]


def read() -> dict[str, Figures]:
    """The figures measured so far, by the run's key."""
    if not MEASURED.exists():
        return {}
    lines = [json.loads(line) for line in MEASURED.read_text("utf-8").splitlines()]
    return {line["key"]: {name: line[name] for name in FIGURES} for line in lines}


def document(found: dict[str, Figures]) -> str:
    """docs/losses.md: the catalogue, read off the registry, and the measured table."""
    return "\n".join([_HEAD, catalogue_as_markdown(), _MEASURED_HEAD, _measured_table(found), ""])


_HEAD = """# The losses

This page is written by `python -m benchmarks losses`: the catalogue from the registry `core.losses.LOSSES` and the
declarations of `core.config.RunConfig`, the figures from the runs kept in `benchmarks/losses_measured.jsonl`.

## The catalogue
"""

_MEASURED_HEAD = f"""
## What each of them learns

All 60,000 images of MNIST less the 1,000 that are held out, {EPOCHS} epoch, batches of 200, encoder 784-256-128-32-d,
one-cycle learning rate up to 0.003, every parameter at its default; drawn triplets (200 a step) for the losses on
triplets, all pairs of the batch for all others. Nothing was tuned for one loss; the default of the scale, which three
losses share, was chosen by such runs in 2-D: of 1, 2, 3, 4, 8, 16, 32 and 64 the one that serves all three. Mean of
the seeds {SEEDS[0]} to {SEEDS[-1]}, and behind ± half the distance from the lowest to the highest. Test ARI: KMeans
with k = 10, fitted on the training images, on the test images; best 1, chance 0. 5-NN accuracy: on the test images,
best 1. Davies-Bouldin of the KMeans clusters: best 0; it says how compact they are, not whether they are the digits.

Losses that look at directions only put their embeddings on the unit sphere: in 2-D that is a circle, on which ten
classes have only two neighbours each, and only one number is left to tell them apart.
"""


def _measured_table(found: dict[str, Figures]) -> str:
    heads = [f"{figure}, {dims}-D" for dims in DIMS for figure in FIGURES.values()]
    lines = [f"| loss | {' | '.join(heads)} |", "| --- |" + " ---: |" * len(heads)]
    for loss, entry in LOSSES.items():
        cells = [_cell(_values(found, loss, dims, name)) for dims in DIMS for name in FIGURES]
        lines.append(f"| {entry.label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _values(found: dict[str, Figures], loss: str, dims: int, name: str) -> list[float]:
    """The figure of each seed measured so far; NaN where it is undefined."""
    keys = [config_of(loss, dims, seed).key for seed in SEEDS]
    values: list[Any] = [found[key][name] for key in keys if key in found]
    return [math.nan if value is None else float(value) for value in values]


def _cell(values: list[float]) -> str:
    if not values:
        return "not measured"
    if any(map(math.isnan, values)):
        return "undefined"
    return f"{statistics.fmean(values):.3f} ± {(max(values) - min(values)) / 2:.3f}"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
