"""The Exercises page as a learner uses it."""

import re

from playwright.sync_api import Locator, Page, expect

from core.lessons.exercises import EXERCISES
from tests.browser.harness import Server, Watch, open_page

# A worker ends with its run. If that is soon after its start, Playwright reports its script as not loaded.
ENDED = r"request failed: GET blob:null/\S+: net::ERR_ABORTED"


class ExercisePage:
    """The page, located by what is visible."""

    def __init__(self, page: Page, watch: Watch, server: Server) -> None:
        watch.expect(ENDED)
        self.page, self.server = page, server
        self.code = page.get_by_role("textbox", name=re.compile("^Code: "))
        self.run_button = self.button(re.compile("^(Run|Stop)"))
        self.results = page.get_by_role("region", name="Results")
        self.verdict = page.locator(".cl-editor .verdict")
        self.output = page.locator(".cl-editor .output pre")
        self.trace = page.locator(".cl-editor .trace pre")
        self.spoken = page.locator(".cl-editor [role=status]")

    def open(self, name: str = "wcd") -> "ExercisePage":
        title = EXERCISES[name].title.replace(" ", "+")
        open_page(self.page, self.server, f"/exercises?exercise={title}")
        expect(self.heading(name)).to_be_visible()
        return self

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=EXERCISES[name].title, exact=True)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.locator(".cl-editor").get_by_role("button", name=name)

    def run(self, code: str) -> str:
        """Run the code; returns the verdict."""
        self.code.fill(code)
        self.code.press("Control+Enter")
        expect(self.button(re.compile("^Stop"))).to_have_count(0, timeout=60_000)
        expect(self.verdict).not_to_have_text("")
        return self.verdict.inner_text()

    def states(self) -> list[str]:
        found: list[str] = self.page.locator(".cl-editor .checks li").evaluate_all(
            "items => items.map(item => item.className)"
        )
        return found
