"""A browser keeps one cookie, whatever page it opens; only a valid one counts."""

import asyncio
import re

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message

from pages.ui.serving.browser_cookie import BrowserCookie
from pages.ui.state import COOKIE

PAGE, DATA = HTMLResponse("a page"), JSONResponse({})


def cookie_given(answer: Response, sent: str = "") -> str | None:
    """The Set-Cookie header of `answer` to a browser that has sent the cookies `sent`."""
    starts: list[Message] = []

    async def nothing_more() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        starts.append(message)

    headers = [(b"cookie", sent.encode())] if sent else []
    asyncio.run(BrowserCookie(answer)({"type": "http", "headers": headers}, nothing_more, send))
    return next(
        (value.decode() for name, value in starts[0]["headers"] if name.lower() == b"set-cookie"), None
    )


def test_a_browser_gets_its_cookie_with_its_first_page_and_keeps_it() -> None:
    given = cookie_given(PAGE)
    assert given is not None
    assert re.fullmatch(rf"{COOKIE}=[0-9a-f]{{32}}; Path=/; HttpOnly; SameSite=Lax", given)
    assert cookie_given(PAGE, f"other=1; {given.split(';')[0]}") is None
    assert cookie_given(PAGE) not in (None, given)
    assert cookie_given(DATA) is None  # which a proxy may share


@pytest.mark.parametrize("forged", ["", "x" * 32, "A" * 32, "0" * 33, "0" * 31, "0" * 32 + "\\n"])
def test_a_forged_cookie_is_replaced(forged: str) -> None:
    assert cookie_given(PAGE, f"other=1; {COOKIE}={forged}") is not None
