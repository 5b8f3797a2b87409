"""What the Embedding page shows: which images, which classes, along which directions."""

from dataclasses import dataclass

import streamlit as st

from core.config import RunConfig
from core.embedding.reduction import REDUCTIONS
from core.embedding.voronoi import sizes, usual_per_class
from core.pictures.picture_reduction import PICTURE_DIMS
from core.runs import Run
from pages.ui.runs.names import class_names

_DIRECTIONS = "directions"
SPLITS = {"train": "Training images", "test": "Test images"}


@dataclass(frozen=True)
class Looking:
    """split: "train" or "test". reduction: a name in REDUCTIONS, "" for the default. classes: the labels
    in the charts. per_class: training images per class for the Voronoi cells."""

    split: str
    reduction: str
    classes: tuple[int, ...]
    per_class: int

    def flat(self, config: RunConfig) -> bool:
        """Whether the picture has two dimensions."""
        return (
            REDUCTIONS[self.reduction].dims if self.reduction else min(config.embedding_dims, PICTURE_DIMS)
        ) == 2


def sidebar(run: Run, config: RunConfig) -> Looking:
    """Render the settings; returns their values."""
    names = class_names(config)
    with st.sidebar:
        split = st.segmented_control(
            "Images",
            SPLITS,
            format_func=SPLITS.__getitem__,
            default="train",
            required=True,
            width="stretch",
            key="images",
            bind="query-params",
        )
        chosen = st.pills(
            "Classes",
            range(len(names)),
            format_func=lambda label: names[label],
            selection_mode="multi",
            default=list(range(len(names))),
            key=f"classes_{len(names)}",
            bind="query-params",
            help="The classes in the charts next to the picture and in the downloads. In the picture itself, the "
            "buttons below it hide and show classes.",
        )
        reduction = ""
        if config.embedding_dims > 2:
            usual = "svd3" if config.embedding_dims > PICTURE_DIMS else "as it is"
            offered = [
                name
                for name, entry in REDUCTIONS.items()
                if entry.dims < config.embedding_dims and entry.available
            ]
            options = offered if config.embedding_dims > PICTURE_DIMS else ["as it is", *offered]
            if st.session_state.get(_DIRECTIONS, usual) not in options:  # chosen for a run with other options
                del st.session_state[_DIRECTIONS]
            reduction = st.selectbox(
                "Directions",
                options,
                index=options.index(usual),
                format_func=lambda name: (
                    REDUCTIONS[name].label if name in REDUCTIONS else "All three, as they are"
                ),
                key=_DIRECTIONS,
                bind="query-params",
                help="\n\n".join(_explanations(offered)),
            )
            reduction = "" if reduction == usual else reduction
        per_class = _per_class(run, len(names))
    return Looking(split or "train", reduction, tuple(chosen or range(len(names))), per_class)


def _explanations(offered: list[str]) -> list[str]:
    """What each offered direction shows, and why others are not available."""
    missing = {entry.missing for entry in REDUCTIONS.values() if entry.missing}
    return [f"**{REDUCTIONS[name].label}.** {REDUCTIONS[name].explanation}" for name in offered] + sorted(
        missing
    )


def _per_class(run: Run, classes: int) -> int:
    usual = usual_per_class(classes)
    most = len(run.embedding().train_labels) // classes
    return st.select_slider(
        "Voronoi: images per class",
        sizes(classes, most),
        value=usual,
        format_func=lambda count: "all" if count == most else f"{count:,}",
        key=f"per_class_{classes}",
        bind="query-params",
        help="How many images of each class own a cell of the plane: each point belongs to the nearest of them.",
    )
