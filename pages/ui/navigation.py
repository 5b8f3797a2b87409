"""The pages there are, by section: the one list that navigation and links are made from."""

from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parents[1]

HOME = st.Page(FOLDER / "home" / "home.py", title="Home", icon=":material/home:", default=True)
TRAIN = st.Page(
    FOLDER / "lab" / "train.py", title="Train", icon=":material/model_training:", url_path="train"
)

EMBEDDING = st.Page(
    FOLDER / "lab" / "embedding.py", title="Embedding", icon=":material/scatter_plot:", url_path="embedding"
)

SECTIONS = {"": (HOME,), "Lab": (TRAIN,)}
