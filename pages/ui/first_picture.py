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
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from streamlit import file_util

from core import settings
from core.canvas import pictures
from core.canvas.frames import first_frame, with_options
from core.config import PRESETS
from core.runs import Run, RunDamaged

PROMISE = "Teach a network which digits are alike, and watch all 60,000 of them sort themselves"
ASSETS = Path(__file__).resolve().parents[2] / "assets" / "home"
THEMED = {
    "background": "backgroundColor",
    "text": "textColor",
    "primary": "primaryColor",
    "chart": "chartCategoricalColors",
}


def routes(base: str = "") -> list[Route]:
    """The address of Home, below `base`, the path under which the whole app is served ("" for the root)."""
    return [Route(f"{base.strip('/') and '/' + base.strip('/')}/", home)]


def home(_: Request) -> Response:
    """Streamlit's own page, with the first picture in it."""
    page = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
    # Streamlit's scripts, megabytes of them, are asked for when the picture is there: they share the line.
    before, begin, rest = page.partition('<script type="module"')
    scripts, end, body = rest.partition("</head>")
    page = before + end + body.replace("</body>", f"{_picture()}{begin}{scripts}</body>")
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


@cache
def _picture() -> str:
    from pages.ui import canvas, run_view  # they want the server to run already

    # not by way of the pages' navigation: where it is first imported outside of a page, its pages cannot be shown
    example = Run(settings.shipped_runs_folder() / PRESETS["fast"].key)
    try:
        options = run_view.canvas_options(example, example.config(), split="train", source="")
        first = first_frame(pictures.of_split(example, "train"))
    except RunDamaged:  # Home says what is wrong with it
        return ""
    parts = canvas.parts()
    filled = {
        "promise": html.escape(PROMISE),
        "style": _style(),
        "canvas_style": parts.css,
        "canvas_html": parts.html,
        "canvas_script": parts.js.replace("export default function (component)", "function mount(component)"),
        "script": (ASSETS / "first_picture.js").read_text("utf-8"),
    }
    page = (ASSETS / "first_picture.html").read_text("utf-8")
    for name, text in filled.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    for name, packed in {"options": with_options(run_view.NOTHING, options), "first": first}.items():
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
