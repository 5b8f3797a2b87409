"""The cookie by which a browser with all its tabs is one person, also after the page is loaded again.

A random number that says nothing else: scripts cannot read it, other sites do not get it, and it ends with the browser.
"""

import uuid

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.state import COOKIE, COOKIE_FORM


class BrowserCookie:
    """Middleware: gives each HTML page the cookie, unless the browser has sent a valid one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or _is_known(scope):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append(
                        "set-cookie", f"{COOKIE}={uuid.uuid4().hex}; Path=/; HttpOnly; SameSite=Lax"
                    )
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _is_known(scope: Scope) -> bool:
    sent = (value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    return any(COOKIE_FORM.fullmatch(cookie_parser(text).get(COOKIE, "")) for text in sent)
