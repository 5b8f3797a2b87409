"""Text on a page that is cut off with no way to read it: neither a title nor a box that scrolls."""

import time

from playwright.sync_api import Page

from tests.browser.harness import painted

CUT = """() => {
    const found = [];
    const above = (e) => e.parentElement ?? (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
    const unseen = (e, style, box) => style.clipPath !== "none" || style.visibility === "hidden" || box.width < 2
        || e.getAttribute("aria-hidden") === "true" || e.dataset?.testid === "stIconMaterial";
    // The element that cuts the text, if nothing that contains it scrolls or has a title.
    const cutter = (text, box) => {
        for (let e = text.parentElement; e; e = above(e)) {
            const style = getComputedStyle(e), own = e.getBoundingClientRect();
            const told = e.title?.includes?.(text.data.trim()) || ["auto", "scroll"].includes(style.overflowX);
            if (told || unseen(e, style, own)) return null;
            const slack = e.tagName === "svg" ? 5 : 1.5;  // a turned text's box has room for other letters
            const hides = ["hidden", "clip"].includes(style.overflowX);
            if (hides && (box.right > own.right + slack || box.left < own.left - slack)) return e;
        }
        return null;
    };
    const visit = (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (node.shadowRoot) visit(node.shadowRoot);
            if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const box = range.getBoundingClientRect();
            const by = box.width > 2 && box.right > 0 ? cutter(node, box) : null;
            if (by) found.push(`“${node.data.trim().slice(0, 60)}” is cut by ${by.dataset?.testid ?? by.tagName}`);
        }
    };
    visit(document);
    const main = document.querySelector('[data-testid="stMain"]');
    if (main && main.scrollWidth > main.clientWidth + 1) found.push("the page scrolls sideways");
    return found;
}"""


def cut_texts(page: Page, width: int, patience: float = 10) -> list[str]:
    """What is cut at a width of the window, a line each. patience: the seconds that charts have to follow it."""
    page.set_viewport_size({"width": width, "height": 800})
    for _ in range(5):  # what fits at once may not fit when the charts have followed
        painted(page)
    end = time.monotonic() + patience
    while (found := page.evaluate(CUT)) and time.monotonic() < end:
        painted(page)
    return [f"{width} px: {line}" for line in found]
