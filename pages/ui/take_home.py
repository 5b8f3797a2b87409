"""What stands on the page Take it home: a card for each way to take a run along."""

import streamlit as st

from core.config import RunConfig
from core.runs import Run
from core.take_home.notebook import notebook
from core.take_home.script import CannotExport, script
from pages.ui import link, run_view


def show(run: Run, config: RunConfig) -> None:
    """The cards."""
    _link(config)
    _code(config)


def file_name(config: RunConfig, ending: str) -> str:
    """A name for a file of a run that any file system takes."""
    words = run_view.name_for(config).lower().replace("²", "2")
    plain = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in words)
    return f"{'_'.join(plain.split())}.{ending}"


def _link(config: RunConfig) -> None:
    with st.container(border=True):
        st.subheader("The link", anchor=False)
        st.markdown(
            "Every setting of this run. Whoever opens it sees this run, or makes it by one press of Train."
        )
        st.code(link.to_train(config), language=None, wrap_lines=True)
        st.caption(
            "The button with the chain, on each page of the Lab, has the link to that very page and tab."
        )


def _code(config: RunConfig) -> None:
    with st.container(border=True):
        st.subheader("The code", anchor=False)
        try:
            text = script(config)
        except CannotExport as refusal:
            st.info(str(refusal), icon=":material/code_off:")
            return
        st.markdown(
            "This run without this app: the loss that it was trained with, line for line, and round it what "
            "it takes to train and to measure. It prints the same figures."
        )
        with st.container(horizontal=True):
            st.download_button(
                "Script",
                text,
                file_name(config, "py"),
                "text/x-python",
                icon=":material/code:",
                on_click="ignore",
            )
            st.download_button(
                "Notebook",
                lambda: notebook(config),
                file_name(config, "ipynb"),
                "application/x-ipynb+json",
                icon=":material/menu_book:",
                on_click="ignore",
            )
        with st.expander("Read the script"):
            st.code(text, "python", height=420)
