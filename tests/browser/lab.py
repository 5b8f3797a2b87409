"""The Train page as a visitor uses it: by its labels, its buttons and its URL."""

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, TimeoutError, ViewportSize, expect

from core.config import PARAMETERS, RunConfig
from core.figures import HEADLINE
from core.runs import Run
from tests.browser.harness import QUIET, STILL, Server, open_page, painted, settled, watch

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(12, 16, 21)"}

PHONE: ViewportSize = {"width": 390, "height": 844}

TRAINING_MS = 120_000  # for a training under load; not a performance goal

# The page shows its training state for less than a second: recorded in the page itself.
RECORDER = """() => {
    window.recorded = { status: [], snapshots: [], points: [] };
    const add = (list, value) => { if (list.at(-1) !== value) list.push(value) };
    setInterval(() => {
        const status = document.querySelector('.st-key-status');
        const canvas = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
            .map(host => host.shadowRoot?.querySelector('.cl-canvas')).find(Boolean);
        const curve = document.querySelector(
            '[data-testid="stColumn"]:last-child [data-testid="stVegaLiteChart"] g.mark-line path');
        if (status) add(window.recorded.status, status.innerText);
        if (canvas?.contrastiveCanvas) {
            const { n, steps } = canvas.contrastiveCanvas.state();
            add(window.recorded.snapshots, `${n} points at ${steps.length} steps`);
        }
        if (curve) add(window.recorded.points, (curve.getAttribute('d') ?? '').split(/(?=[MLC])/).length);
    }, 30);
}"""

# Everything that scrolls sideways or down, and by how much. Tables may scroll inside.
SCROLLABLE = """along => [...document.querySelectorAll('html, body, main, main *')]
    .filter(element => !element.closest('[data-testid="stDataFrame"], [data-testid="stTable"]'))
    .map(element => ({
        element,
        hidden: along === 'x' ? element.scrollWidth - element.clientWidth
                              : element.scrollHeight - element.clientHeight,
        how: getComputedStyle(element)[along === 'x' ? 'overflowX' : 'overflowY'],
        root: element === document.documentElement || element === document.body,
    }))
    .filter(({ hidden, how, root }) => hidden > 1 && (root || how === 'auto' || how === 'scroll'))
    .map(({ element, hidden }) => `${element.dataset.testid ?? element.tagName}: ${hidden} px`)"""


class TrainPage:
    """The Lab's Train page in a browser."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.train = page.get_by_role("main").get_by_role("button", name=re.compile(r"^Train (?!it)"))
        self.stop = page.get_by_role("main").get_by_role("button", name=re.compile(r"^Stop\b"))
        # the first: during a rerun the old one may exist after it for a moment
        self.status = page.locator(".st-key-status").first
        self.alerts = page.get_by_role("alert")
        self.loss_curve = page.get_by_test_id("stVegaLiteChart").filter(has_text="every point the same")
        self.differ = page.get_by_role("button", name=re.compile("Settings differ"))
        # the name of the run on the page, which opens the list
        self.run_list = page.locator(".st-key-run_on_page").first.get_by_test_id("stPopoverButton").first

    def open(self, query: str = "", quiet: float = QUIET) -> "TrainPage":
        """quiet: 0 for a run under way, whose page keeps rerunning."""
        open_page(self.page, self.server, f"/train?{query}" if query else "/train", quiet)
        return self

    # ---- settings

    def widget(self, name: str) -> Locator:
        """The widget of a RunConfig field; opens Advanced if it is there."""
        parameter = PARAMETERS[name]
        if parameter.advanced:
            self._open_advanced()
        if parameter.kind in ("integer", "number"):
            role = "slider" if is_slider(name) else "textbox"
        else:
            role = "combobox" if parameter.kind == "choice" else "textbox"
        return self.page.get_by_test_id("stSidebar").get_by_role(role, name=parameter.label)  # type: ignore[arg-type]

    def _open_advanced(self) -> None:
        details = self.page.locator("details").filter(has_text="Advanced")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
            settled(self.page)  # its widgets come from the server, some with a script of their own

    def value(self, name: str) -> Any:
        """The value that the widget shows, as in RunConfig."""
        parameter, shown = PARAMETERS[name], self.widget(name).input_value()
        if parameter.kind == "choice":
            return next(value for value, label in parameter.options.items() if label == shown)
        return parameter.parse(shown)

    def set(self, **values: Any) -> None:
        """Set widgets as a visitor would; sliders by their keys."""
        for name, value in values.items():
            parameter, widget = PARAMETERS[name], self.widget(name)
            if parameter.kind == "choice":
                choose(widget, parameter.options[value])
            elif is_slider(name):
                self._slide(name, value)
            else:
                widget.fill(parameter.text(value))
                widget.press("Enter")
            settled(self.page)
            assert self.value(name) == value

    def _slide(self, name: str, value: float) -> None:
        parameter, widget = PARAMETERS[name], self.widget(name)
        for _ in range(10):  # a key press during the page's update may be lost
            presses = round(
                (value - self.value(name)) / (parameter.step if parameter.kind == "number" else 1)
            )
            if presses == 0:
                return
            for _ in range(abs(presses)):
                widget.press("ArrowRight" if presses > 0 else "ArrowLeft")
            settled(self.page)

    def preset(self, label: str) -> Locator:
        return self.page.get_by_role("radio", name=label)

    # ---- the run on the page

    def runs(self) -> list[str]:
        """The names in the list of runs."""
        self.run_list.click()
        names = self.page.get_by_role("radiogroup", name="Run on the page").locator("label")
        expect(names.first).to_be_visible()
        found = [name.strip() for name in names.all_inner_texts()]
        self.page.keyboard.press("Escape")
        return found

    def pick(self, name: str) -> None:
        """Pick a run from the list."""
        settled(self.page, quiet=0.1)  # a change of the list closes it
        self.run_list.click()
        self.page.get_by_role("radiogroup", name="Run on the page").get_by_text(name, exact=True).click()
        expect(self.run_list).to_contain_text(name)

    def press_train(self) -> None:
        self.train.click()

    def press_shortcut_of(self, button: Locator) -> None:
        """Press the shortcut shown on the button."""
        shown = button.locator("kbd").get_attribute("aria-label") or ""
        keys = shown.removeprefix("Shortcut").replace("Ctrl", "Control").replace("Esc", "Escape")
        self.page.keyboard.press(keys.replace(" ", ""))

    def wait_until_trained(self) -> None:
        expect(self.status).to_contain_text("Trained in", timeout=TRAINING_MS)
        settled(self.page)
        expect(self.page.locator(".st-key-status")).to_have_count(1)

    def wait_until_training(self) -> None:
        expect(self.status).to_contain_text("Training", timeout=TRAINING_MS)
        expect(self.status).to_contain_text("left", timeout=TRAINING_MS)

    def record(self) -> None:
        """Start to record what the page shows; `recorded` reads it."""
        self.page.evaluate(RECORDER)

    def recorded(self, what: str) -> list[Any]:
        values: list[Any] = self.page.evaluate(f"window.recorded.{what}")
        return values

    def expect_points(self, count: int) -> None:
        """Wait until the picture shows `count` points."""
        deadline = time.monotonic() + TRAINING_MS / 1000
        while (shown := self.canvas()["n"]) != count:
            assert time.monotonic() < deadline, f"the picture shows {shown} points, not {count}"
            self.page.wait_for_timeout(100)

    def canvas(self) -> dict[str, Any]:
        state: dict[str, Any] = self.page.locator(".cl-canvas").evaluate(
            "root => root.contrastiveCanvas.state()"
        )
        return state

    def tab(self, name: str) -> Locator:
        """Opens a tab; returns its panel."""
        self.page.get_by_role("tab", name=name).click()
        settled(self.page)
        return self.page.get_by_role("tabpanel", name=name)

    def figures(self) -> dict[str, str]:
        """Name in figures.json -> the number on the page."""
        tiles = self.page.get_by_test_id("stMetric")
        values = {
            tile.get_by_test_id("stMetricLabel").inner_text(): tile.get_by_test_id(
                "stMetricValue"
            ).inner_text()
            for tile in tiles.all()
        }
        return {name: values[figure.short].strip() for name, figure in HEADLINE.items()}

    def scrollable(self, along: str) -> list[str]:
        found: list[str] = self.page.evaluate(SCROLLABLE, along)
        return found


def switch_theme(page: Page, theme: Theme) -> None:
    """Switch the system's theme; the page follows without a reload."""
    page.emulate_media(color_scheme=theme)
    expect(page.locator(".stApp")).to_have_css("background-color", GROUND[theme])
    settled(page)


def choose(box: Locator, name: str) -> None:
    """Choose an option of a list; reopen the list if it closes because the page moves."""
    option = box.page.get_by_role("option", name=name, exact=True)
    for _ in range(3):
        if not option.is_visible():
            box.scroll_into_view_if_needed()
            painted(box.page)  # scrolling must have ended: it would close the list
            box.click()
        with contextlib.suppress(TimeoutError):
            option.click(timeout=5_000)
            return
    raise AssertionError(f"{name!r} could not be chosen from the list")


def link_on(page: Page) -> str:
    """The link in the popover with the chain."""
    page.locator(".st-key-link").get_by_role("button").click()
    link = page.get_by_role("textbox", name="Link to what is on the screen")
    expect(link).to_have_text(re.compile("^http"))
    return link.inner_text()


def is_slider(name: str) -> bool:
    """Whether a field has a slider; the others have a text box or a list."""
    parameter = PARAMETERS[name]
    boxes = parameter.advanced if parameter.kind == "integer" else parameter.logarithmic
    return parameter.kind in ("integer", "number") and not boxes


def run_of(folder: Path, **settings: Any) -> Run:
    """The run of these settings below a runs folder."""
    return Run(folder / RunConfig(**settings).key)


def folders(runs: Path) -> set[str]:
    """The keys of the runs in this folder."""
    return {path.name for path in runs.glob("[!.]*")} if runs.is_dir() else set()


def stored_figures(run: Run) -> dict[str, float]:
    """The figures stored in the run's folder."""
    stored = json.loads((run.folder / "figures.json").read_text())["figures"]
    figures: dict[str, float] = {name: stored[name]["value"] for name in HEADLINE}
    return figures


@contextlib.contextmanager
def visitor(browser: Browser, server: Server, **options: Any) -> Iterator[TrainPage]:
    """Another visitor with their own browser context, which must have no fault either."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **STILL, **options})
    try:
        page = context.new_page()
        found = watch(page)
        yield TrainPage(page, server)
        assert not found.unexpected(), "in the browser:\n" + "\n".join(found.unexpected())
    finally:
        context.close()
