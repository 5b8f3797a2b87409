"""Home's picture, on the screen before Streamlit has started.

Streamlit takes more than a second to start in a browser. Until then the HTML page shows Home's canvas in its final
position, with the first frame inlined. Home's own canvas continues from there (assets/canvas/first.js).
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

from core.environment import PROJECT
from core.pictures import canvas_data
from core.pictures.frames import first_frame, with_options
from core.runs import RunDamaged, shipped_run
from pages.ui.addresses import below
from pages.ui.serving.run_routes import kept_by_browser

PROMISE = "Teach a network which digits are alike, and watch all 60,000 of them sort themselves"
ASSETS = PROJECT / "assets" / "home"
THEMED = {
    "background": "backgroundColor",
    "text": "textColor",
    "primary": "primaryColor",
}


def routes(base: str = "") -> list[Route]:
    """The address of Home, below `base`, the path under which the whole app is served ("" for the root)."""
    return [Route(below(base, ""), home)]


def home(request: Request) -> Response:
    """Streamlit's index page with the first picture in it."""
    try:
        page = _with_picture()
    except (RunDamaged, OSError):  # Home itself reports the error
        page = _streamlit_page()
    return kept_by_browser(request, page.encode(), "text/html")


def _streamlit_page() -> str:
    return (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")


@cache
def _with_picture() -> str:
    # Streamlit's scripts, several megabytes, load after the picture: they share the bandwidth.
    before, begin, rest = _streamlit_page().partition('<script type="module"')
    scripts, end, body = rest.partition("</head>")
    return before + end + body.replace("</body>", f"{_picture()}{begin}{scripts}</body>")


def _picture() -> str:
    from pages.ui.components import canvas  # these imports need a running server
    from pages.ui.runs.picture import NOTHING, canvas_options

    example, files = shipped_run(), canvas.files()
    options = canvas_options(example, example.config(), split="train", source="")
    first = first_frame(canvas_data.of_split(example, "train"))
    filled = {
        "promise": html.escape(PROMISE),
        "style": _style(),
        "canvas_style": files.css,
        "canvas_html": files.html,
        "canvas_script": files.mounting,
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
            style = style.replace(f"{{{{{kind}_{name}}}}}", str(st.get_option(f"theme.{kind}.{option}")))
    return style.replace("{{colours}}", ",".join(st.get_option("theme.chartCategoricalColors")))
