"""The Embedding page's downloads: the coordinates as a table."""

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.runs import Run
from core.take_home import tables
from pages.ui import turns
from pages.ui.components.canvas import Selection
from pages.ui.embedding.settings import SPLITS, Looking
from pages.ui.runs.names import name_for

MOST_LETTERS = 70  # of the run's name in a file's name


def show(run: Run, config: RunConfig, looking: Looking, selection: Selection) -> None:
    """A button for each format; the file is made on click."""
    labels = run.embedding().labels(looking.split)
    chosen = np.flatnonzero(np.isin(labels, looking.classes))
    picked = selection.of(looking.split, len(labels))
    if len(picked) and st.toggle(f"Only the {len(picked):,} selected images", key="only_selected"):
        chosen = picked
    name = f"{name_for(config)[:MOST_LETTERS]}, {SPLITS[looking.split].lower()}"
    st.markdown(
        f"**Coordinates** of {len(chosen):,} {SPLITS[looking.split].lower()}, with label and cluster."
    )
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            turns.file(turns.heavy(lambda: tables.as_csv(tables.table(run, looking.split, chosen=chosen)))),
            f"{name}.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
        )
        st.download_button(
            "Parquet",
            turns.file(
                turns.heavy(lambda: tables.as_parquet(tables.table(run, looking.split, chosen=chosen), run))
            ),
            f"{name}.parquet",
            "application/vnd.apache.parquet",
            icon=":material/database:",
            on_click="ignore",
        )
    st.markdown(
        "**Picture.** The button in the picture saves what it shows as PNG, sharp at up to four times its size "
        "on the screen."
    )
