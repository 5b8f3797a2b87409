"""The clusters of a Davies-Bouldin index as a sortable table with bars."""

import numpy as np
import pandas as pd
import streamlit as st

from core.clustering import DaviesBouldin
from pages.ui.components.number_text import column_format

_WIDTH = 62


def show(index: DaviesBouldin, called: list[str]) -> None:
    """One row per cluster. called: [n], their names in the order of the index."""
    rival, worst = index.rival, index.worst
    table = pd.DataFrame(
        {
            "cluster": called,
            "WCD": index.within,
            "rival": [called[j] if j >= 0 else "none" for j in rival],
            "BCD": [index.between[i, j] if j >= 0 else np.nan for i, j in enumerate(rival)],
            "S": worst,
            "share": 100 * index.shares,
            "images": index.sizes,  # last, so that S is visible on a phone
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        row_height=28,
        column_config={
            "cluster": st.column_config.TextColumn(width=76),
            "images": st.column_config.NumberColumn(format="localized", width=60),
            "WCD": st.column_config.NumberColumn(
                format=column_format(table["WCD"].tolist()),
                width=_WIDTH,
                help="Within-cluster distance: mean distance of its images to its centroid.",
            ),
            "rival": st.column_config.TextColumn(width=72, help="The cluster with which S is highest."),
            "BCD": st.column_config.NumberColumn(
                format=column_format(table["BCD"].tolist()),
                width=_WIDTH,
                help="Between-cluster distance: from its centroid to its rival's.",
            ),
            "S": st.column_config.ProgressColumn(
                format="%.3f",
                min_value=0.0,
                max_value=float(np.nanmax(worst)) if np.isfinite(worst).any() else 1.0,
                width=86,
                help="(its WCD + its rival's WCD) / BCD",
            ),
            "share": st.column_config.NumberColumn(
                format="%.1f %%", width=_WIDTH, help="Its share of the sum of the worst S."
            ),
        },
    )
