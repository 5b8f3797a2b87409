"""What a visitor may send, bounded before Streamlit gets it: an ASGI middleware.

Streamlit believes what a page sends: it makes as many addresses as a message asks for, keeps any file for any
page, and logs names of any length. A page of this app never comes near these bounds.
"""

import asyncio
import errno
import time
from collections.abc import MutableMapping
from typing import Any

import uvicorn
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.logger import get_logger
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import get_instance
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes
from websockets.exceptions import ProtocolError
from websockets.frames import Frame
from websockets.server import ServerProtocol

from core.service import open_pages

MB = 1_000_000
# What pages send. The rest is for developers: it empties caches, or makes Streamlit ask git.
FROM_PAGES = {
    "rerun_script",
    "stop_script",
    "app_heartbeat",
    "file_urls_request",
    "backend_operation_request",
}
MOST_WIDGETS = 2000
MOST_ADDRESS = 130_000  # the query and the address with it, each as long as HTTP allows
MOST_OTHERWISE = 16_000  # bytes of a message beside these
MOST_FILES = 10  # asked for at once
MOST_FRAMES = 1000  # that a message may come in; browsers use one

FILES_OF_A_SESSION = 22 * MB  # two pictures of the largest size, as they are sent
FILES_OF_ALL = 100 * MB
SECONDS_TO_UPLOAD = 120
UPLOADS = "/_stcore/upload_file/"

FULL = "All places are taken at the moment. This page tries again by itself in half a minute."
log = get_logger(__name__)


class Guard:
    """The middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._uploading: dict[str, int] = {}  # session -> bytes of its upload under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is within the bounds."""
        if scope["type"] == "lifespan":
            _bound_messages(receive)
        if scope["type"] == "websocket":
            await self._page(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "PUT" and UPLOADS in scope["path"]:
            await self._upload(scope, receive, send)
        elif scope["type"] == "http" and _opens_a_page(scope) and open_pages.full():
            await _full_page()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        if open_pages.full():
            await send({"type": "websocket.close", "code": 1013, "reason": "full"})
            return
        _bound_frames(receive)
        with open_pages.one_more():
            await self._app(scope, _within_bounds(receive, send), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        session, _, file = scope["path"].partition(UPLOADS)[2].partition("/")
        length = Request(scope).headers.get("content-length", "")
        refusal = self._refusal(session, file, int(length) if length.isdecimal() else None)
        try:
            async with asyncio.timeout(SECONDS_TO_UPLOAD):
                if refusal is None:
                    await self._counted_upload(session, int(length), scope, receive, send)
                else:
                    while (await receive()).get(
                        "more_body"
                    ):  # a browser reads no answer before it has sent all
                        pass
        except TimeoutError:
            refusal = PlainTextResponse("The file took too long to arrive.", 408)
        if refusal is not None:
            await refusal(scope, receive, send)

    async def _counted_upload(
        self, session: str, length: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._uploading[session] = length
        try:
            await self._app(scope, receive, send)
        finally:
            del self._uploading[session]

    def _refusal(self, session: str, file: str, length: int | None) -> Response | None:
        """Why a file of `length` bytes is not taken; None if it is."""
        if not _asks_for_files(session):
            return PlainTextResponse("This page asks for no file.", 403)
        if length is None:
            return PlainTextResponse("The size of the file is missing.", 411)
        if session in self._uploading:
            return PlainTextResponse("One file at a time, please.", 429)
        stored = {
            owner: sum(len(each.data) for each in files.values() if (owner, each.file_id) != (session, file))
            for owner, files in list(get_instance().uploaded_file_mgr.file_storage.items())  # type: ignore[attr-defined]
        }
        if stored.get(session, 0) + length > FILES_OF_A_SESSION:
            return PlainTextResponse("Remove the files before, or load this page again.", 413)
        if sum(stored.values()) + sum(self._uploading.values()) + length > FILES_OF_ALL:
            return PlainTextResponse("Others are uploading, too. Try again in two minutes.", 503)
        return None


def excess(message: BackMsg) -> str | None:
    """What a message has too much of, for the log; None if it is as pages send it. Changes the message."""
    state, asked = message.rerun_script, len(message.file_urls_request.file_names)
    address = len(state.query_string) + len(state.context_info.url)
    widgets = len(state.widget_states.widgets)
    if message.HasField("rerun_script"):
        state.ClearField("widget_states")
        state.ClearField("query_string")
        state.context_info.ClearField("url")
    rest = message.ByteSize()
    for count, most, what in (
        (asked, MOST_FILES, "files"),
        (widgets, MOST_WIDGETS, "widgets"),
        (address, MOST_ADDRESS, "letters of an address"),
        (rest, MOST_OTHERWISE, "bytes of names"),
    ):
        if count > most:
            return f"{count:,} {what}"
    return None


def _within_bounds(receive: Receive, send: Send) -> Receive:
    """`receive`, without the messages that no page sends; one that is too much ends the connection."""

    async def bounded() -> Message:
        while True:
            event = await receive()
            message = _parsed(event)
            if message is None:
                return event
            if message.WhichOneof("type") not in FROM_PAGES:
                continue
            if found := excess(message):
                log.warning("A connection was ended: its message had %s.", found)
                await send({"type": "websocket.close", "code": 1008, "reason": "too much in one message"})
                return {"type": "websocket.disconnect", "code": 1008}
            return event

    return bounded


def _parsed(event: MutableMapping[str, Any]) -> BackMsg | None:
    """The message of an event; None for other events and for what Streamlit itself refuses."""
    content = event.get("bytes")
    if not isinstance(content, bytes) or len(content) > get_max_widget_state_size_bytes():
        return None
    try:
        message: BackMsg = BackMsg.FromString(content)
    except DecodeError:
        return None
    return message


def _bound_messages(receive: Receive) -> None:
    """Have the server refuse a message that is too large as soon as it is announced, not when it is complete.

    Streamlit gives uvicorn one bound for both directions, that of the largest message *to* a page.
    """
    config = getattr(getattr(receive, "__self__", None), "config", None)
    if isinstance(config, uvicorn.Config):
        config.ws_max_size = get_max_widget_state_size_bytes()


def _bound_frames(receive: Receive) -> None:
    """Have a connection refuse a message in very many frames: each takes more memory than its content."""
    connection = getattr(getattr(receive, "__self__", None), "conn", None)
    if not isinstance(connection, ServerProtocol):
        return
    take, frames = connection.recv_frame, 0

    def counting(frame: Frame) -> None:
        nonlocal frames
        take(frame)
        frames = 0 if connection.current_size is None else frames + 1
        if frames > MOST_FRAMES:
            raise ProtocolError("a message in too many frames")

    connection.recv_frame = counting  # type: ignore[method-assign]


def _asks_for_files(session: str) -> bool:
    """Whether the page of a session shows a file uploader."""
    found = get_instance()._session_mgr.get_session_info(session)
    if found is None:
        return False
    state = found.session.session_state
    metadata = dict(state._new_widget_state.widget_metadata)
    return any(
        each.value_type == "file_uploader_state_value"
        and (name in state._new_widget_state.states or name in state._old_state)
        for name, each in metadata.items()
    )


def _opens_a_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Request(scope).headers.get("accept", "")


def _full_page() -> Response:
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        "<title>Contrastive Lab</title>"
        f'<p style="font: 1.2rem sans-serif; padding: 3rem 1rem; margin: auto; max-width: 30rem">{FULL}</p></html>'
    )
    return HTMLResponse(page, 503, {"Retry-After": "30", "Cache-Control": "no-store"})


class SeldomLogged:
    """An event loop's exception handler that mentions a lack of open files once a minute.

    Python 3.11 to 3.13 reports it thousands of times a second, with tracebacks.
    """

    def __init__(self) -> None:
        self._last = float("-inf")

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log what happened."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif time.monotonic() - self._last > 60:
            self._last = time.monotonic()
            log.error("No connection can be taken: this process may open no more files. Raise its limit.")
