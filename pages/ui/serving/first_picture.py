"""Home's picture, on the screen before Streamlit is.

Streamlit takes more than a second to start in a browser. Meanwhile the page that starts it shows what Home will
show first, at the place where it will be: the same canvas with the first of its frames, which comes with the page.
Home's own canvas plays on from there (assets/canvas/first.js).
"""

import base64
import html
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import file_util

from core.pictures import run_frames
from core.pictures.frames import first_frame, with_options
from core.runs import RunDamaged, shipped_run
from core.settings import PROJECT
from pages.ui.addresses import below
from pages.ui.serving.run_routes import kept_by_browser

PROMISE = "Teach a network which digits are alike, and watch all 60,000 of them sort themselves"
ASSETS = PROJECT / "assets" / "home"
THEMED = {
    "background": "backgroundColor",
    "text": "textColor",
    "primary": "primaryColor",
    "chart": "chartCategoricalColors",
}


def routes(base: str = "") -> list[Route]:
    """The address of Home, below `base`, the path under which the whole app is served ("" for the root)."""
    return [Route(below(base, ""), home)]


def home(request: Request) -> Response:
    """Streamlit's own page, with the first picture in it."""
    try:
        page = _with_picture()
    except (RunDamaged, OSError):  # Home says what is wrong with it
        page = _streamlits_own()
    return kept_by_browser(request, page.encode(), "text/html")


def _streamlits_own() -> str:
    return (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")


@cache
def _with_picture() -> str:
    # Streamlit's scripts, megabytes of them, are asked for when the picture is there: they share the line.
    before, begin, rest = _streamlits_own().partition('<script type="module"')
    scripts, end, body = rest.partition("</head>")
    return before + end + body.replace("</body>", f"{_picture()}{begin}{scripts}</body>")


def _picture() -> str:
    from pages.ui.components import canvas  # they want the server to run already
    from pages.ui.runs.picture import NOTHING, canvas_options

    example, parts = shipped_run(), canvas.parts()
    options = canvas_options(example, example.config(), split="train", source="")
    first = first_frame(run_frames.of_split(example, "train"))
    filled = {
        "promise": html.escape(PROMISE),
        "style": _style(),
        "canvas_style": parts.css,
        "canvas_html": parts.html,
        "canvas_script": parts.mounting,
        "script": (ASSETS / "first_picture.js").read_text("utf-8"),
    }
    page = (ASSETS / "first_picture.html").read_text("utf-8")
    for name, text in filled.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    for name, packed in {"options": with_options(NOTHING, options), "first": first}.items():
        page = page.replace(f"{{{{{name}}}}}", base64.b64encode(packed).decode())
    return page


def _style() -> str:
    style = (ASSETS / "first_picture.css").read_text("utf-8")
    for kind in ("light", "dark"):
        for name, option in THEMED.items():
            value = st.get_option(f"theme.{kind}.{option}")
            style = style.replace(
                f"{{{{{kind}_{name}}}}}", ",".join(value) if isinstance(value, list) else str(value)
            )
    return style
