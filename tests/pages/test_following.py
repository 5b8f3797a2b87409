"""Following a run without a browser: what the page does when the run is gone."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from core.config import RunConfig
    from core.runs import place_for
    from pages.ui.runs.following import follow
    from pages.ui.runs.status_line import progress_line

    if "followed" not in st.session_state:
        st.session_state["followed"] = True
        gone = place_for(RunConfig(seed=1234))
        follow([gone], lambda: progress_line(gone))
    st.markdown("The page runs again.")


def test_the_page_is_rerun_when_the_folder_of_the_followed_run_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path))
    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert [text.value for text in app.markdown] == ["The page runs again."]
