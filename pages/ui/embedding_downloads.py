"""The Embedding page's downloads: the coordinates as a table, and the lines and cells as a drawing."""

import streamlit as st

from core import export
from core.config import RunConfig
from core.runs import Run
from pages.ui import run_view
from pages.ui.canvas import Selection
from pages.ui.embedding_settings import SPLITS, Looking


def show(run: Run, config: RunConfig, looking: Looking, selection: Selection) -> None:
    """A button for each format; the files are made when one is pressed."""
    picked = selection.of(looking.split, len(run.embedding().train_labels))
    only_picked = False
    if len(picked):
        only_picked = st.toggle(f"Only the {len(picked):,} selected images", key="only_selected")
    name = f"{run_view.name_for(config)} {looking.split}"
    table = lambda: export.table(run, looking.split, looking.classes, picked if only_picked else None)
    st.markdown(f"**Coordinates** of the {SPLITS[looking.split].lower()}, with label, class and cluster:")
    with st.container(horizontal=True):
        st.download_button(
            "CSV", lambda: export.as_csv(table()), f"{name}.csv", "text/csv", icon=":material/table:"
        )
        st.download_button(
            "Parquet",
            lambda: export.as_parquet(table(), run),
            f"{name}.parquet",
            "application/vnd.apache.parquet",
            icon=":material/database:",
        )
