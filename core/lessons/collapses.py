"""Ways to break a run on purpose, each with the settings that do it."""

from dataclasses import dataclass, replace

from core.config import RunConfig
from core.lessons.diagnosis import Kind

# Four classes of real digits, once through: about a second, and enough to see it. A temperature too high lays classes
# on top of each other only where there are some more.
SMALL = RunConfig(digits=4, epochs=1)


@dataclass(frozen=True)
class Collapse:
    """name: by which code calls it. label: on its button. what: is done, and what comes of it. kinds: what it
    is diagnosed as in the end, one or the other by chance."""

    name: str
    label: str
    what: str
    config: RunConfig
    kinds: tuple[Kind, ...]


COLLAPSES: dict[str, Collapse] = {
    collapse.name: collapse
    for collapse in (
        Collapse(
            "margin_0",
            "Margin 0",
            "Pairs of one class are pulled together as ever. Pairs of two classes are pushed until they are 0 apart: "
            "never.",
            replace(SMALL, margin=0.0),
            ("point",),
        ),
        Collapse(
            "no_negatives",
            "No negatives",
            "Alignment without uniformity: pairs of one class are pulled together, and nothing is pushed apart. Even "
            "on the unit circle, where nothing can shrink, there is one point that pleases everybody.",
            replace(SMALL, loss="alignment_uniformity", weight=0.0),
            ("point",),
        ),
        Collapse(
            "hard_mining",
            "Only the hardest, from the start",
            "Batch-hard mining in an untrained network: of each anchor only its farthest positive and its nearest "
            "negative count.",
            replace(SMALL, loss="triplet_margin", miner="batch_hard"),
            ("point",),
        ),
        Collapse(
            "temperature_too_low",
            "Temperature too low",
            "NT-Xent at a temperature of 0.01: only the very nearest negatives count.",
            replace(SMALL, loss="nt_xent", temperature=0.01),
            ("squeezed",),
        ),
        Collapse(
            "temperature_too_high",
            "Temperature too high",
            "NT-Xent at a temperature of 10, six classes in eight dimensions: the nearest negative counts hardly more "
            "than the farthest.",
            replace(SMALL, digits=6, loss="nt_xent", temperature=10.0, embedding_dims=8),
            ("line", "flat"),
        ),
        Collapse(
            "rate_too_high",
            "Learning rate too high",
            "Steps more than three hundred times as long as they should be.",
            replace(SMALL, learning_rate=1.0),
            ("point",),
        ),
    )
}
