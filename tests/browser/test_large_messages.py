"""Large messages are sent in full, even if the browser has evicted its cache."""

import time
from pathlib import Path

from playwright.sync_api import Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import StartServer


def test_the_server_sends_no_references_to_cached_messages(start_server: StartServer, page: Page) -> None:
    """Between a click and its answer a browser may evict a cached message. The page then freezes: Streamlit's
    "Cached ForwardMsg MISS"."""
    kinds: list[tuple[str | None, bool]] = []

    def received(payload: str | bytes) -> None:
        if isinstance(payload, bytes):
            kinds.append((ForwardMsg.FromString(payload).WhichOneof("type"), len(payload) > 10_000))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", received)

    page.on("websocket", listen)
    page.goto(start_server(script=Path(__file__).with_name("large_text_app.py")).url)
    expect(page.get_by_text("a large text", exact=False)).to_be_visible()
    kinds.clear()
    page.get_by_role("button", name="Again").click()
    give_up = time.monotonic() + 20
    while ("delta", True) not in kinds:
        assert time.monotonic() < give_up, f"the large text was not sent again: {kinds}"
        page.wait_for_timeout(100)
    assert "ref_hash" not in {kind for kind, _ in kinds}
