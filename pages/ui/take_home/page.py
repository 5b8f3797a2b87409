"""The page Take it home: a card for each way to export a run."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import streamlit as st

from core.config import RunConfig
from core.pictures.frames import CanvasOptions
from core.pictures.replay import Replay
from core.runs import Run
from core.runs.byte_cache import kept_by_size
from core.take_home.notebook import notebook
from core.take_home.report import report
from core.take_home.run_file import run_file
from core.take_home.script import script
from pages.ui import turns
from pages.ui.components import canvas
from pages.ui.runs import link, results
from pages.ui.runs.following import under_way
from pages.ui.runs.names import name_for
from pages.ui.runs.picture import canvas_options

MOST_LETTERS = 70  # of a file's name; some file systems take 255 bytes, and a list shows fewer


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
        elif under_way(run):
            st.info("The run itself and its report are available when it has finished.")
        else:
            st.info(
                "This run did not finish: there is no file and no report of it. Its link and its code make it."
            )


def file_name(config: RunConfig, ending: str) -> str:
    """A file name for a run that is valid on any file system."""
    words = name_for(config).lower().replace("²", "2")
    letters = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in words)
    name = "_".join(letters.split())
    if len(name) > MOST_LETTERS:  # the key keeps apart runs whose names begin alike
        name = f"{name[:MOST_LETTERS].rstrip('_')}_{config.key[:8]}"
    return f"{name}.{ending}"


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
            lambda: _zip(str(run.folder), run.status().updated),
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
        colours = tuple(st.get_option("theme.chartCategoricalColors"))
        _download(
            "Download the report",
            lambda: _page(str(run.folder), run.status().updated, Replay(run).made(), options, colours),
            file_name(config, "html"),
            "text/html",
            "description",
        )


def _download(label: str, make: Callable[[], str | bytes], name: str, mime: str, icon: str) -> None:
    """A button whose file is made on click."""
    st.download_button(label, turns.file(make), name, mime, icon=f":material/{icon}:", on_click="ignore")


@kept_by_size(len)
@turns.heavy
def _zip(folder: str, updated: float) -> bytes:
    return run_file(Run(Path(folder)))


@kept_by_size(len)
@turns.heavy
def _page(
    folder: str, updated: float, replayed: float, options: CanvasOptions, colours: tuple[str, ...]
) -> str:
    run = Run(Path(folder))
    return report(run, name_for(run.config()), options, canvas.files(), colours)
