"""Every page, in light and in dark, wide and narrow, through axe-core: nothing serious in our own markup."""

from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.harness import PROJECT, Server, open_page
from tests.browser.lab import link_on, visitor


class Allowed(NamedTuple):
    """A finding in Streamlit's own markup: the rule, and a part of the element's HTML, or of the selector
    that leads to it, which names it."""

    rule: str
    part: str
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
        '<span class="katex-display"',
        "Streamlit's box round a displayed formula scrolls, if only by a pixel, and takes no focus",
    ),
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

SERIOUS = {"serious", "critical"}


PAGES = sorted(
    "" if path.stem == "home" else path.stem
    for path in (PROJECT / "pages").glob("*/*.py")
    if path.parent.name != "ui"
)


def findings(results: dict[str, Any]) -> list[str]:
    """The serious findings that are not allowed, a line each."""
    found = []
    for violation in results["violations"]:
        if violation["impact"] not in SERIOUS:
            continue
        for node in violation["nodes"]:
            if any(
                violation["id"] == rule and part in f"{node['html']} {node['target']}"
                for rule, part, _ in ALLOWED
            ):
                continue
            found.append(f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:200]}")
    return found


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_axe_has_nothing_serious_to_say(
    browser: Browser, server: Server, page: str, theme: str, width: int
) -> None:
    with visitor(browser, server, viewport={"width": width, "height": 900}, color_scheme=theme) as guest:
        open_page(guest.page, server, f"/{page}")
        guest.page.wait_for_timeout(1000)  # Streamlit fades new parts in; half faded in, they lack contrast
        results = Axe().run(guest.page, options={"resultTypes": ["violations"]}).response
    assert not findings(results), "\n".join(findings(results))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_opened_link_has_nothing_serious_either(browser: Browser, server: Server, theme: str) -> None:
    with visitor(browser, server, color_scheme=theme) as guest:
        guest.open("seen=m3")
        link_on(guest.page)
        guest.page.wait_for_timeout(1000)
        results = Axe().run(guest.page, options={"resultTypes": ["violations"]}).response
    assert not findings(results), "\n".join(findings(results))


def test_axe_finds_what_is_wrong(browser: Browser, server: Server) -> None:
    """Without this a page that axe cannot see would pass for a good one."""
    with visitor(browser, server) as guest:
        open_page(guest.page, server, "/train")
        guest.page.locator(".cl-canvas .zoom-in").evaluate(
            "button => { button.removeAttribute('aria-label'); button.removeAttribute('title'); }"
        )
        results = Axe().run(guest.page, options={"resultTypes": ["violations"]}).response
    assert any("button-name" in finding for finding in findings(results))
