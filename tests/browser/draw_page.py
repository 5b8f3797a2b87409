"""The Draw page as a visitor uses it: strokes by the mouse, and the page's answers."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import Server, open_page, settled

# By digit, strokes [points, 2] in CSS pixels of the paper: our own, not from any data set.
STROKES: dict[str, list[list[list[int]]]] = json.loads(
    (Path(__file__).with_name("strokes") / "digits.json").read_text("utf-8")
)


Grey = npt.NDArray[np.uint8]


def _pixels(data_uri: str) -> Grey:
    picture = Image.open(io.BytesIO(base64.b64decode(data_uri.partition(",")[2])))
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture.convert("RGBA")).convert("L"))


class DrawPage:
    """The Lab's Draw page in a browser."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.papers = page.locator(".upper-canvas")
        self.verdict = page.get_by_role("heading", name=re.compile("^It looks like an? "))
        self.network_input = page.locator(".st-key-network_sees")

    def open(self) -> "DrawPage":
        open_page(self.page, self.server, "/draw")
        expect(self.papers.first).to_be_visible()
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]"
            ".some(host => host.shadowRoot?.querySelector('.cl-canvas')?.contrastiveCanvas?.state().n > 0)"
        )
        return self

    def draw(self, digit: str, paper: int = 0) -> None:
        """Draw the digit's strokes with the mouse."""
        for stroke in STROKES[digit]:
            self.stroke(stroke, paper)

    def stroke(self, points: list[list[int]], paper: int = 0) -> None:
        sheet = self.papers.nth(paper)
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box()
        assert box
        self.page.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
        self.page.mouse.down()
        for x, y in points[1:]:
            self.page.mouse.move(box["x"] + x, box["y"] + y)
        self.page.mouse.up()
        settled(self.page)

    def button(self, name: str, paper: int = 0) -> Locator:
        return self.page.get_by_role("main").get_by_role("button", name=name, exact=True).nth(paper)

    def clear(self, paper: int = 0) -> None:
        self.button("Reset canvas & history", paper).click()
        settled(self.page)

    def guess(self) -> str:
        """The class that the page names."""
        return self.verdict.inner_text().split()[-1]

    def sees(self) -> Grey:
        """What the network sees [784], as the page shows it."""
        place = self.network_input.locator("image").first.get_attribute("href")
        return _pixels(place or "").ravel()

    def shown_by_the_browser(self) -> Grey:
        """The paper's pixels [280, 280] in a browser that lets them be read."""
        place = self.papers.first.evaluate("upper => upper.previousElementSibling.toDataURL()")
        return _pixels(place)

    def tab(self, name: str) -> Locator:
        self.page.get_by_role("tab", name=name, exact=True).click()
        settled(self.page)
        return self.page.get_by_role("tabpanel", name=name, exact=True)

    def mark(self) -> dict[str, list[float]]:
        """The coordinates of the visitor's own image in the canvas."""
        found: dict[str, list[float]] = self.page.locator(".cl-canvas").evaluate(
            "root => root.contrastiveCanvas.state().mark"
        )
        return found
