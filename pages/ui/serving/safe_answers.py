"""Headers of every answer of the server, Streamlit's own included: who may show it in a frame, no guessed types."""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.environment import frame_ancestors
from pages.ui.addresses import below


def middleware(base: str = "") -> list[Middleware]:
    """For the app below `base`, the path under which it is served ("" for the root)."""
    return [Middleware(SafeAnswers, frame_ancestors(), below(base, "_stcore/metrics"))]


class SafeAnswers:
    """ASGI middleware. Streamlit's metrics are not for visitors: /health has what monitoring needs."""

    def __init__(self, app: ASGIApp, ancestors: str, hidden: str) -> None:
        self.app = app
        self.policy = f"frame-ancestors {ancestors}"
        self.hidden = hidden

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Content-Security-Policy"] = self.policy
                headers.setdefault("Referrer-Policy", "same-origin")
            await send(message)

        hide = scope["type"] == "http" and scope["path"].rstrip("/") == self.hidden
        app = PlainTextResponse("Not found", status_code=404) if hide else self.app
        await app(scope, receive, send_safely)
