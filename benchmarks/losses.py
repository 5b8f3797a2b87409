"""Every loss of the catalogue on all of MNIST, in 2-D and in 8-D, three seeds each; writes docs/losses.md.

Each run is stored in `MEASURED` under its key as soon as it is done, so an interruption loses nothing and a
second call only measures what is missing. A run is measured again when its key has changed.
"""

import json
import math
from pathlib import Path

from benchmarks.row import Row, say
from benchmarks.trained import trained
from core.lessons import measured_losses
from core.lessons.loss_table import catalogue_as_markdown
from core.lessons.measured_losses import (
    DIMS,
    EPOCHS,
    MEASURED_FIGURES,
    SEEDS,
    Figures,
    Measured,
    config_of,
    measured,
    read,
)
from core.losses import LOSSES

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs" / "losses.md"


def measure() -> list[Row]:
    """Train what is not measured yet, write the document, and return the rows."""
    found = read()
    # seed by seed, so that an interruption leaves a complete table of fewer seeds
    for seed in SEEDS:
        for loss in LOSSES:
            for dims in DIMS:
                config = config_of(loss, dims, seed)
                if config.key not in found:
                    outcome = trained(config)
                    figures = {name: _number(outcome.figures[name]) for name in MEASURED_FIGURES}
                    line = {"key": config.key, "loss": loss, "dims": dims, "seed": seed, **figures}
                    say(f"  {line}")
                    with measured_losses.MEASURED.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(line) + "\n")
                    found[config.key] = figures
                    trained.cache_clear()  # frees its 60,000 points
    _keep_only({config_of(loss, dims, seed).key for loss in LOSSES for dims in DIMS for seed in SEEDS})
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(found), encoding="utf-8")
    return [
        Row(
            "losses",
            f"{loss}, {dims}-D, {MEASURED_FIGURES[name]}, {EPOCHS} epoch, mean of {len(SEEDS)} seeds",
            "",
            measured(found, loss, dims, name).mean,
            low=0.5 if dims == 8 else 0.4,  # chance is 0
        )
        for loss in LOSSES
        for dims in DIMS
        for name in ("test_adjusted_rand_index",)
    ]


def _keep_only(keys: set[str]) -> None:
    """Delete the measurements of outdated configs."""
    lines = measured_losses.MEASURED.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["key"] in keys]
    measured_losses.MEASURED.write_text("".join(kept), encoding="utf-8")


def document(found: dict[str, Figures]) -> str:
    """docs/losses.md: the catalogue, generated from the registry, and the measured table."""
    return "\n".join([_HEAD, catalogue_as_markdown(), _MEASURED_HEAD, _measured_table(found), ""])


_HEAD = """# The losses

This page is written by `python -m benchmarks losses`: the catalogue from the registry `core.losses.LOSSES` and the
declarations of `core.config.RunConfig`, the figures from the runs stored in `assets/losses/measured.jsonl`.

## The catalogue
"""

_MEASURED_HEAD = f"""
## What each loss learns

All 60,000 images of MNIST except the 1,000 held out, every loss for {EPOCHS} epoch, batches of 200, encoder
784-256-128-32-d, one-cycle learning rate up to 0.003, every parameter at its default; sampled triplets (200 per step)
for the losses on triplets, all pairs of the batch for the others. Nothing was tuned for a single loss; the default of
the scale, which three losses share, was chosen by such runs in 2-D: of 1, 2, 3, 4, 8, 16, 32 and 64, the one that
suits all three. Mean over the seeds {SEEDS[0]} to {SEEDS[-1]}, ± half the range. Test ARI: KMeans with k = 10, fitted
on the training images, on the test images; best 1, chance 0. 5-NN accuracy: on the test images, best 1.
Davies-Bouldin of the KMeans clusters: best 0; it measures how compact they are, not whether they are the digits.

Losses on directions put their embeddings on the unit sphere: in 2-D that is a circle, on which each of ten classes has
only two neighbours, and a single number has to tell them apart.
"""


def _measured_table(found: dict[str, Figures]) -> str:
    heads = [f"{figure}, {dims}-D" for dims in DIMS for figure in MEASURED_FIGURES.values()]
    lines = [f"| loss | {' | '.join(heads)} |", "| --- |" + " ---: |" * len(heads)]
    for loss, entry in LOSSES.items():
        cells = [_cell(measured(found, loss, dims, name)) for dims in DIMS for name in MEASURED_FIGURES]
        lines.append(f"| {entry.label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(of: Measured) -> str:
    if not of.seeds:
        return "not measured"
    return "undefined" if math.isnan(of.mean) else f"{of.mean:.3f} ± {of.spread:.3f}"


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
