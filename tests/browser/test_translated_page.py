"""A page that the visitor's browser translates."""

from playwright.sync_api import Page, expect

from tests.browser.harness import Server, open_page, settled

# As Chrome does it: a <font> with the translation in the place of each text, new ones included.
TRANSLATE = """() => {
    const put = (text) => {
        if (!text.isConnected || !text.data.trim() || text.parentElement?.closest('font, script, style')) return;
        const outer = document.createElement('font'), inner = document.createElement('font');
        inner.textContent = `«${text.data}»`;
        outer.append(inner);
        text.replaceWith(outer);
    };
    const translate = (root) => {
        const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), texts = [];
        while (walk.nextNode()) texts.push(walk.currentNode);
        (root.nodeType === Node.TEXT_NODE ? [root] : texts).forEach(put);
    };
    translate(document.body);
    const news = (records) => records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.isConnected);
    const translating = new MutationObserver((records) => news(records).forEach(translate));
    translating.observe(document.body, { childList: true, subtree: true });
}"""


def test_a_translated_page_keeps_no_old_facts(page: Page, server: Server) -> None:
    open_page(page, server, "/train")
    about = page.get_by_test_id("stSidebar").get_by_test_id("stCaptionContainer").last
    page.evaluate(TRANSLATE)
    expect(about).to_contain_text("«Fast.»« Our own: all pairs")
    for name, recipe in (
        ("Tutorial", "The PyTorch tutorial's recipe"),
        ("Notebook", "The Wolfram notebook's recipe"),
    ):
        page.get_by_role("radio", name=name).click()
        settled(page)
        expect(about).to_contain_text(f"«{name}.»« {recipe}")
        expect(about).not_to_contain_text("Our own")
