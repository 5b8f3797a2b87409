"""The server's health, updated while the page is open."""

import pandas as pd
import streamlit as st

from core.service.health import Health, health
from core.service.shared_engine import shared_engine
from pages.ui.components.plain_text import plain

EVERY = 5  # seconds


@st.fragment(run_every=EVERY)
def health_panel() -> None:
    """The panel."""
    found = health(shared_engine())
    for sentence in found.problems:
        st.warning(plain(sentence), icon=":material/warning:")
    if not found.problems:
        st.success("All is well.", icon=":material/check_circle:")
    _figures(found)
    st.subheader("Processes")
    _processes(found)
    st.caption(
        f"Contrastive Lab {found.version}, trainings of version {found.training_version}. "
        "The numbers are for this server; others on the same runs folder have their own pages."
    )


def _figures(found: Health) -> None:
    standing = found.standing
    with st.container(horizontal=True, gap="medium"):
        for label, value, note in (
            ("Training now", f"{len(standing.running)}", f"of {standing.slots} at once"),
            ("Waiting", f"{standing.waiting}", f"of {standing.most_waiting} at most"),
            ("Replays waiting", f"{standing.replays_waiting}", "after the trainings"),
            ("Pages open", f"{found.open_pages}", f"of {found.most_pages} at most"),
            ("Visitors with a run", f"{standing.sessions}", "on their page"),
            (
                "Runs on disk",
                _size(standing.stored_bytes),
                f"{standing.stored_runs} runs, of {_size(standing.most_bytes)}",
            ),
            (
                "Disk left",
                "none" if found.free_disk is None else _size(found.free_disk),
                f"{standing.removed_runs} removed for room",
            ),
            ("Memory left", _size(found.free_memory), "on this machine"),
            ("Pictures in memory", _size(found.cached_bytes), f"of {_size(found.most_cached_bytes)}"),
        ):
            st.metric(label, value, delta=note, delta_color="off", delta_arrow="off", width="content")


def _processes(found: Health) -> None:
    rows = [("pages", found.server_memory), *(("worker", worker.memory) for worker in found.workers)]
    table = pd.DataFrame({"process": [name for name, _ in rows], "memory": [_size(held) for _, held in rows]})
    st.dataframe(table, hide_index=True, width=420)
    if not found.workers:
        st.caption("No worker process at the moment: an idle one exits, and the next run starts a new one.")


def _size(count: int) -> str:
    """Bytes in MB or GB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
