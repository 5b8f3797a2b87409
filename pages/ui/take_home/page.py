"""The page Take it home: a card for each way to export a run."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.config import RunConfig
from core.runs import Run
from core.take_home.notebook import notebook
from core.take_home.report import Palette, report
from core.take_home.run_file import run_file
from core.take_home.script import script
from pages.ui.components import canvas
from pages.ui.runs import link, results
from pages.ui.runs.names import name_for
from pages.ui.runs.picture import canvas_options


def show(run: Run, config: RunConfig) -> None:
    """The cards."""
    if run.status().state == "done":
        results.collapse(run.evaluation())
    left, right = st.columns(2, gap="medium")
    with left:
        _link(config)
        _code(config)
    with right:
        if run.status().state == "done":
            _file(run, config)
            _report(run, config)
        else:
            st.info("The run itself and its report are available when it has finished.")


def file_name(config: RunConfig, ending: str) -> str:
    """A file name for a run that is valid on any file system."""
    words = name_for(config).lower().replace("²", "2")
    letters = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in words)
    return f"{'_'.join(letters.split())}.{ending}"


def _link(config: RunConfig) -> None:
    with st.container(border=True):
        st.subheader("The link", anchor=False)
        st.markdown("Every setting of this run. It opens this run, or makes it with one press of Train.")
        st.code(link.to_train(config), language=None, wrap_lines=True)
        st.caption(
            "The button with the chain, on each page of the Lab, has the link to that page, with its tab and the "
            "picture's current state."
        )


def _code(config: RunConfig) -> None:
    with st.container(border=True):
        st.subheader("The code", anchor=False)
        text = script(config)
        st.markdown(
            "This run without the app, as in a textbook: the encoder, the loss as its formula, the training, "
            "and the figures from scikit-learn. The recipe is the same; the figures agree up to randomness."
        )
        with st.container(horizontal=True):
            _download("Script", lambda: text, file_name(config, "py"), "text/x-python", "code")
            _download(
                "Notebook",
                lambda: notebook(config),
                file_name(config, "ipynb"),
                "application/x-ipynb+json",
                "menu_book",
            )
        with st.expander("Read the script"):
            st.code(text, "python", height=420)


def _file(run: Run, config: RunConfig) -> None:
    with st.container(border=True):
        st.subheader("The run", anchor=False)
        st.markdown(
            "One zip: settings, figures, the trained weights (safetensors), the embedding of every image (Parquet), "
            "and a page that explains the files."
        )
        _download(
            "Download the run",
            lambda: run_file(run),
            file_name(config, "zip"),
            "application/zip",
            "folder_zip",
        )


def _report(run: Run, config: RunConfig) -> None:
    with st.container(border=True):
        st.subheader("The report", anchor=False)
        st.markdown(
            "One page for any browser, works offline: the replay of the training, the loss curve, and the tables."
        )
        options = replace(
            canvas_options(run, config, split="train"),
            run="report",
            source="",
            bookmark="",
        )
        colours = Palette(
            *(st.get_option(f"theme.{kind}.chartCategoricalColors") for kind in ("light", "dark"))
        )
        _download(
            "Download the report",
            lambda: report(run, name_for(config), options, canvas.files(), colours),
            file_name(config, "html"),
            "text/html",
            "description",
        )


def _download(label: str, make: Callable[[], str | bytes], name: str, mime: str, icon: str) -> None:
    """A button whose file is made on click."""
    st.download_button(label, make, name, mime, icon=f":material/{icon}:", on_click="ignore")
