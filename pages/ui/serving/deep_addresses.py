"""An address of several parts, such as /lab/train, leads to the page that its last part names.

Streamlit answers any address with its one page, whose scripts have relative addresses: below another part, that page
stays blank.
"""

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.addresses import below


class DeepAddresses:
    """ASGI middleware for the app below `base`, the path under which it is served ("" for the root)."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app = app
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect where Streamlit would answer with its page."""
        inside = scope.get("path", "").removeprefix(below(self._base, ""))
        last = inside.rstrip("/").rpartition("/")[2]
        # a file has an ending; Community Cloud shows the app below /~/+/
        if scope["type"] != "http" or "/" not in inside or "." in last or inside.startswith("~"):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        elsewhere = RedirectResponse(below(self._base, quote(last)) + (f"?{query}" if query else ""))
        redirects = False

        async def send_instead(message: Message) -> None:
            nonlocal redirects
            if message["type"] == "http.response.start" and _is_a_page(message):
                redirects = True
                await elsewhere(scope, receive, send)
            elif not redirects:
                await send(message)

        await self._app(scope, receive, send_instead)


def _is_a_page(start: Message) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type", "").startswith(
        "text/html"
    )
