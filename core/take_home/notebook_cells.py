"""The cells of a Jupyter notebook (nbformat 4.5), and its file."""

import json
from typing import Any

Cell = dict[str, Any]


def as_notebook(cells: list[Cell]) -> str:
    """The text of a notebook's file."""
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def markdown(name: str, text: str) -> Cell:
    """A cell of prose; `name` is its id."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(True)}


def code(name: str, text: str, *, folded: bool = False) -> Cell:
    """A code cell without output; folded: its source is hidden at first."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"jupyter": {"source_hidden": True}} if folded else {},
        "execution_count": None,
        "outputs": [],
        "source": text.rstrip().splitlines(True),
    }
