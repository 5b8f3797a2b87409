"""Ways to break a run on purpose, each with its settings."""

from dataclasses import dataclass, replace

from core.config import RunConfig, written
from core.lessons import texts
from core.lessons.cures import Kind

# Four classes of real digits for one epoch: about a second, and enough to show the collapse. Too high a
# temperature takes a few more classes to put some on top of each other.
SMALL = RunConfig(digits=4, epochs=1)


@dataclass(frozen=True)
class Collapse:
    """name: in code and in assets/lessons/collapse_buttons.md. kinds: its possible diagnoses at the end,
    which depend on the seed. shows: the settings whose values its text names."""

    name: str
    config: RunConfig
    kinds: tuple[Kind, ...]
    shows: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The label of its button."""
        return texts.sections(_TEXTS)[self.name].title

    @property
    def what(self) -> str:
        """What is changed, and what happens."""
        return texts.section(_TEXTS, self.name, **written(self.config, self.shows))


_TEXTS = "collapse_buttons"

COLLAPSES: dict[str, Collapse] = {
    collapse.name: collapse
    for collapse in (
        Collapse("margin_0", replace(SMALL, margin=0.0), ("point",)),
        Collapse("no_negatives", replace(SMALL, loss="alignment_uniformity", weight=0.0), ("point",)),
        # half the usual batch size, because of the cure: its triplets grow with the cube of the batch size
        Collapse(
            "hard_mining",
            replace(SMALL, loss="triplet_margin", miner="batch_hard", batch_size=100),
            ("point",),
        ),
        Collapse(
            "temperature_too_low",
            replace(SMALL, loss="nt_xent", temperature=0.01),
            ("squeezed",),
            shows=("temperature",),
        ),
        Collapse(
            "temperature_too_high",
            replace(SMALL, digits=6, loss="nt_xent", temperature=10.0, embedding_dims=8),
            ("line", "flat"),
            shows=("temperature", "digits", "embedding_dims"),
        ),
        Collapse(
            "rate_too_high",
            replace(SMALL, learning_rate=1.0),
            ("point", "line"),  # mostly a point
            shows=("learning_rate",),
        ),
    )
}
