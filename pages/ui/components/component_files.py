"""The files of a component of ours, as Streamlit takes them: assets/NAME and what it shares with others."""

from pathlib import Path

from core.settings import PROJECT

ASSETS = PROJECT / "assets"
SHARED = ASSETS / "shared.js"


def component_files(name: str, scripts: tuple[str, ...] = ()) -> dict[str, str]:
    """html, css and js of the folder `name`; scripts: of several, in reading order."""
    folder = ASSETS / name
    parts = [SHARED, *(folder / f"{script}.js" for script in scripts or (name,))]
    return {
        "html": _text(folder / f"{name}.html"),
        "css": _text(folder / f"{name}.css"),
        "js": "\n".join(map(_text, parts)),
    }


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
