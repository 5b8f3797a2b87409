"""One canvas that shows one run of 60,000 points x 15 snapshots after the other."""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.pictures.frames import CanvasOptions, pack
from pages.ui.components.canvas import embedding_canvas

count = st.session_state.setdefault("count", 0)
generator = np.random.default_rng(count)
labels = generator.integers(0, 10, 60_000).astype(np.uint8)
frames = generator.normal(0, 1, (15, 60_000, 2)).astype(np.float32)
if st.button("Next run"):
    st.session_state["count"] += 1
    st.rerun()
st.markdown(f"This is run {count}.")
embedding_canvas(
    CanvasOptions(run=f"run {count}"), pack(frames, labels, np.arange(15, dtype=np.uint32)), key="canvas"
)
