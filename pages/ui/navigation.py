"""The pages there are, by section: the one list that navigation and links are made from."""

from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parents[1]

HOME = st.Page(FOLDER / "home" / "home.py", title="Home", icon=":material/home:", default=True)
PAIRS = st.Page(
    FOLDER / "learn" / "pairs.py",
    title="Pairs and triplets",
    icon=":material/join_inner:",
    url_path="pairs",
)
LOSSES = st.Page(
    FOLDER / "learn" / "losses.py", title="Losses", icon=":material/swap_vert:", url_path="losses"
)
COLLAPSE = st.Page(
    FOLDER / "learn" / "collapse.py", title="Collapse", icon=":material/compress:", url_path="collapse"
)
TRAIN = st.Page(
    FOLDER / "lab" / "train.py", title="Train", icon=":material/model_training:", url_path="train"
)
EMBEDDING = st.Page(
    FOLDER / "lab" / "embedding.py", title="Embedding", icon=":material/scatter_plot:", url_path="embedding"
)
CLUSTERS = st.Page(
    FOLDER / "lab" / "clusters.py", title="Clusters", icon=":material/workspaces:", url_path="clusters"
)
DRAW = st.Page(FOLDER / "lab" / "draw.py", title="Draw", icon=":material/draw:", url_path="draw")
TAKE_HOME = st.Page(
    FOLDER / "lab" / "take_home.py",
    title="Take it home",
    icon=":material/download:",
    url_path="take_home",
)
EXERCISES = st.Page(
    FOLDER / "practice" / "exercises.py", title="Exercises", icon=":material/code:", url_path="exercises"
)

# For whoever looks after the server: found by its address only.
SERVER = st.Page(
    FOLDER / "about" / "server.py",
    title="This server",
    icon=":material/dns:",
    url_path="server",
    visibility="hidden",
)

SECTIONS = {
    "": (HOME, SERVER),
    "Learn": (PAIRS, LOSSES, COLLAPSE),
    "Lab": (TRAIN, EMBEDDING, CLUSTERS, DRAW, TAKE_HOME),
    "Practice": (EXERCISES,),
}

# What Home says on the door of each section; a door leads to the section's first page.
DOORS = {
    "Learn": "What pulls, what pushes, and what the network is fed.",
    "Lab": "Train your own in two seconds and take the result apart.",
    "Practice": "Write the loss yourself, checked as you go.",
}
