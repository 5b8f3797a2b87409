"""Every page, in light and in dark, wide and narrow: axe-core finds nothing serious in our own markup, and no text
is cut."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pages.ui import navigation
from tests.browser.cut_texts import cut_texts
from tests.browser.harness import PROJECT, Server, open_page
from tests.browser.lab import THEMES, TrainPage, link_on, switch_theme


class Allowed(NamedTuple):
    """A finding in Streamlit's own markup: the rule, and a fragment of the element's HTML or selector."""

    rule: str
    fragment: str
    why: str


ALLOWED = (
    Allowed(
        "list",
        'data-testid="stSidebarNavItems"',
        "Streamlit puts a section's name and links straight into a list",
    ),
    Allowed(
        "listitem", '<li class="st-emotion-cache', "the same list: its sections are list items in a list item"
    ),
    Allowed(
        "scrollable-region-focusable",
        '<span class="katex',
        "the box around a formula scrolls, if only by a pixel; browsers let the Tab key reach a box that scrolls",
    ),
    Allowed("scrollable-region-focusable", ".stTable", "a wide table scrolls in its box, as the formula"),
    Allowed(
        "color-contrast",
        'data-testid="stSliderThumbValue"',
        "a slider's value in the primary colour, which is dark enough for the white label of a button",
    ),
    Allowed(
        "aria-dialog-name",
        'data-testid="stPopoverBody"',
        "a popover is named by its button's label, and a button with an icon alone has none",
    ),
    Allowed("color-contrast", '<kbd aria-label="Shortcut', "the keys on a button, faded by Streamlit"),
)

# Streamlit fades new elements in, and half faded in they lack contrast.
FADED_IN = "() => document.getAnimations().every((animation) => animation.playState !== 'running')"

SERIOUS = {"serious", "critical"}
PAGES = sorted(
    "" if path.stem == "home" else path.stem
    for path in (PROJECT / "pages").glob("*/*.py")
    if path.parent.name != "ui"
)


def findings(results: dict[str, Any]) -> list[str]:
    """The serious findings that are not allowed, one line each."""
    found = []
    for violation in results["violations"]:
        if violation["impact"] not in SERIOUS:
            continue
        for node in violation["nodes"]:
            if any(
                violation["id"] == rule and fragment in f"{node['html']} {node['target']}"
                for rule, fragment, _ in ALLOWED
            ):
                continue
            found.append(f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:200]}")
    return found


def serious(page: Page, widths: Sequence[int] = (1440,), **context: Any) -> list[str]:
    """axe's findings for the current page, in light and dark and at each width; one line each."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            switch_theme(page, theme)
            page.wait_for_function(FADED_IN)
            results = Axe().run(page, options={"resultTypes": ["violations"]}, **context).response
            found += [f"{theme}, {width} px: {line}" for line in findings(results)]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_axe_reports_nothing_serious_no_text_is_cut_and_the_tab_has_the_pages_title(
    page: Page, server: Server, name: str
) -> None:
    open_page(page, server, f"/{name}")
    (title,) = {entry.title for entry in chain(*navigation.SECTIONS.values()) if entry.address == name}
    assert page.title() == (f"{title} · Contrastive Lab" if name else "Contrastive Lab")
    found = serious(page, widths=(1440, 390))
    # 320: a window of 1280 at 400 %, where WCAG 1.4.10 allows no scrolling in two directions; 660: a tablet
    found += [line for width in (320, 660) for line in cut_texts(page, width)]
    assert not found, "\n".join(found)


def test_the_opened_link_has_nothing_serious_either(page: Page, server: Server) -> None:
    TrainPage(page, server).open("seen=m3")
    link_on(page)
    assert not (found := serious(page)), "\n".join(found)


def test_what_is_wrong_is_found(page: Page, server: Server) -> None:
    """Without this a page that cannot be seen would pass."""
    open_page(page, server, "/train")
    page.locator(".cl-canvas .zoom-in").evaluate(
        "button => { button.removeAttribute('aria-label'); button.removeAttribute('title'); }"
    )
    found = serious(page)
    for theme in THEMES:
        assert any("button-name" in line and line.startswith(theme) for line in found)
    page.get_by_test_id("stMain").get_by_test_id("stCaptionContainer").first.evaluate(
        "part => (part.style.cssText = 'width: 60px; overflow: hidden; white-space: nowrap')"
    )
    assert any("is cut by" in line for line in cut_texts(page, 660, patience=0))
