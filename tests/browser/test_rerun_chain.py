"""Messages that the browser keeps, against chains of st.rerun."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import StartServer


def test_a_message_is_still_there_after_a_chain_of_reruns(page: Page, start_server: StartServer) -> None:
    """The reruns of a chain go by what the browser held at the click; by then it may have dropped it."""
    server = start_server(script=Path(__file__).with_name("rerun_chain_app.py"))
    page.goto(server.url)
    text = page.get_by_text("a large text", exact=False)
    expect(text).to_be_visible()
    for _ in range(3):
        page.get_by_role("button", name="Chain").click()
        page.wait_for_timeout(500)
        expect(text).to_be_visible()
