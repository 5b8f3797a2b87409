"""All pages by section: the single list behind navigation and links."""

import re
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import state

FOLDER = Path(__file__).resolve().parents[1]
NAME = "Contrastive Lab"
_ADDRESS = re.compile(r"[^/\s]([^/]{0,1000}[^/\s])?")  # what Streamlit takes for the address of a page


@dataclass(frozen=True)
class PageEntry:
    """A page: its file below `pages/`, its title and icon, and its address ("" for the first page)."""

    file: str
    title: str
    icon: str
    address: str
    visibility: Literal["visible", "hidden"] = "visible"

    def page(self) -> st.Page:
        """As a Streamlit page. A new one each time: Streamlit stores on it whether it may run, and sessions
        run concurrently."""
        return st.Page(
            FOLDER / self.file,
            title=self.title,
            icon=self.icon,
            url_path=self.address or None,
            default=not self.address,
            visibility=self.visibility,
        )


HOME = PageEntry("home/home.py", "Home", ":material/home:", "")
PAIRS = PageEntry("learn/pairs.py", "Pairs and triplets", ":material/join_inner:", "pairs")
LOSSES = PageEntry("learn/losses.py", "Losses", ":material/swap_vert:", "losses")
COLLAPSE = PageEntry("learn/collapse.py", "Collapse", ":material/compress:", "collapse")
TRAIN = PageEntry("lab/train.py", "Train", ":material/model_training:", "train")
EMBEDDING = PageEntry("lab/embedding.py", "Embedding", ":material/scatter_plot:", "embedding")
CLUSTERS = PageEntry("lab/clusters.py", "Clusters", ":material/workspaces:", "clusters")
DRAW = PageEntry("lab/draw.py", "Draw", ":material/draw:", "draw")
TAKE_HOME = PageEntry("lab/take_home.py", "Take it home", ":material/download:", "take_home")
EXERCISES = PageEntry("practice/exercises.py", "Exercises", ":material/code:", "exercises")
PREDICT = PageEntry("practice/predict.py", "Predict, then reveal", ":material/psychology_alt:", "predict")
# For the server's operator: reachable only by its URL.
SERVER = PageEntry("about/server.py", "This server", ":material/dns:", "server", visibility="hidden")

SECTIONS = {
    "": (HOME, SERVER),
    "Learn": (PAIRS, LOSSES, COLLAPSE),
    "Lab": (TRAIN, EMBEDDING, CLUSTERS, DRAW, TAKE_HOME),
    "Practice": (EXERCISES, PREDICT),
}

# Home's caption for each section; its link leads to the section's first page.
DOORS = {
    "Learn": "What pulls, what pushes, and what the network trains on.",
    "Lab": "Train your own in seconds and take the result apart.",
    "Practice": "Write the loss yourself, checked as you go.",
}


def pages() -> dict[str, list[st.Page]]:
    """All pages by section, and one that says so at an address that none of them has."""
    found = {section: [entry.page() for entry in entries] for section, entries in SECTIONS.items()}
    context = get_script_run_ctx()
    asked_for = (context and context.pages_manager.intended_page_name) or ""
    known = {entry.address for entries in SECTIONS.values() for entry in entries}
    if asked_for not in known and _ADDRESS.fullmatch(asked_for):
        state.set_unknown_address(asked_for)  # reruns of the page no longer name it
    if address := state.unknown_address():
        found[""].append(st.Page(_unknown, title="No such page", url_path=address, visibility="hidden"))
    return found


def _unknown() -> None:
    st.title("There is no such page")
    st.markdown("The address may be mistyped, or from another version of the app. Its pages are:")
    for entry in chain(*SECTIONS.values()):
        if entry.visibility == "visible":
            link(entry, entry.title)


def tab_title(page: st.Page) -> str:
    """What the browser's tab is called while `page` is in it."""
    return f"{page.title} · {NAME}" if page.url_path else NAME


def link(entry: PageEntry, label: str, width: Literal["content", "stretch"] = "content") -> None:
    """A link to a page, with its icon."""
    st.page_link(entry.page(), label=label, icon=entry.icon, width=width)
