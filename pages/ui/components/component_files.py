"""The files of one of our components as Streamlit expects them: html, css and one script."""

import re
from pathlib import Path
from typing import TypedDict

from core.environment import PROJECT

ASSETS = PROJECT / "assets"
IMPORT = re.compile(r'^import \{[^}]*\} from "([^"]+)";\n', re.MULTILINE)


class ComponentFiles(TypedDict):
    """The arguments of `st.components.v2.component` that are files."""

    html: str
    css: str
    js: str


def component_files(name: str) -> ComponentFiles:
    """html, css and js of the folder assets/NAME; NAME.js is the entry module."""
    folder = ASSETS / name
    return {
        "html": (folder / f"{name}.html").read_text("utf-8"),
        "css": (folder / f"{name}.css").read_text("utf-8"),
        "js": joined(folder / f"{name}.js"),
    }


def joined(entry: Path) -> str:
    """A module and all its imports as one script, each file after those it imports.

    The modules then share one scope: no duplicate top-level names, no `import ... as`.
    Raises ValueError for circular imports, FileNotFoundError for a missing file.
    """
    texts: dict[Path, str] = {}

    def add(file: Path, importers: tuple[Path, ...] = ()) -> None:
        way = " -> ".join(path.name for path in (*importers, file))
        if file in importers:
            raise ValueError(f"Scripts import each other in a circle: {way}")
        if file in texts:
            return
        if not file.is_file():
            raise FileNotFoundError(f"A script that is imported does not exist: {way} ({file})")
        text = file.read_text("utf-8")
        for path in IMPORT.findall(text):
            add((file.parent / path).resolve(), (*importers, file))
        text = IMPORT.sub("", text)
        texts[file] = re.sub("^export ", "", text, flags=re.MULTILINE) if importers else text

    add(entry.resolve())
    return "\n".join(texts.values())
