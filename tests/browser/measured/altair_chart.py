"""The baseline of the canvas: the same 60,000 points as an Altair chart."""

import sys
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.runs import shipped_run

st.set_page_config(layout="wide")
alt.data_transformers.disable_max_rows()
embedding = shipped_run().embedding()
table = pd.DataFrame(
    {"z1": embedding.train[:, 0], "z2": embedding.train[:, 1], "digit": embedding.train_labels}
)
chart = alt.Chart(table).mark_circle(size=4).encode(x="z1", y="z2", color="digit:N").properties(height=560)
st.altair_chart(chart)
