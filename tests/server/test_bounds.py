"""What one visitor can ask of the server, over real connections: messages, files, pages."""

import asyncio
import contextlib
import json
import struct
import urllib.error
import urllib.request

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.visitors import Visitor
from pages.ui.serving.guards import MOST_FRAMES
from tests.browser.harness import Server
from tests.server.hostile import MOST_PAGES, answered, ended, visit

TOO_MUCH = r"WARNING pages\.ui\.serving\.guards: A connection was ended: its message had [\d,]+ "


def test_a_message_that_asks_for_too_much_ends_that_connection_only(server: Server) -> None:
    async def story(visitor: Visitor) -> None:
        message = BackMsg()
        message.file_urls_request.file_names.extend([""] * 400_000)
        await visitor.send(message)
        await ended(visitor)

    visit(server, story, logged=[TOO_MUCH + "files\\."])


def test_a_message_that_is_too_large_is_refused_when_it_is_announced(server: Server) -> None:
    head = b"\x82\xff" + struct.pack("!Q", 1_000_001) + bytes(4)  # of a frame of which nothing follows

    assert asyncio.run(answer_to(server, head)).startswith(b"\x88")  # a close frame


def test_a_message_in_too_many_frames_is_refused_before_it_is_complete(server: Server) -> None:
    first, further = b"\x02\x80" + bytes(4), b"\x00\x80" + bytes(4)  # no content, not the last frame
    assert asyncio.run(answer_to(server, first + further * MOST_FRAMES)).startswith(b"\x88")


async def answer_to(server: Server, frames: bytes) -> bytes:
    """What the server sends between a page's first frames and the end of the connection."""
    host = server.url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    lines = ("GET /_stcore/stream HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade")
    key = ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")
    with contextlib.closing(writer):
        writer.write("\r\n".join((*lines, *key, "", "")).encode())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frames)
        async with asyncio.timeout(20):  # less than the server's ping of an idle connection
            return await reader.read()


def test_a_file_is_taken_only_where_a_page_asks_for_one(server: Server) -> None:
    async def story(visitor: Visitor) -> None:
        upload = Upload(server, visitor.session)
        assert await asyncio.to_thread(upload.put, 1000) == 403

    visit(server, story)
    visit(server, story, path="")


def test_the_files_of_a_session_are_bounded_together(server: Server) -> None:
    taken: list[int] = []

    async def story(visitor: Visitor) -> None:
        upload = Upload(server, visitor.session)
        taken.extend([await asyncio.to_thread(upload.put, 10_000_000) for _ in range(3)])

    visit(server, story, path="draw")
    assert taken == [204, 204, 413]


class Upload:
    """Files that a session sends without being asked, at addresses of its own."""

    def __init__(self, server: Server, session: str) -> None:
        self._folder = f"{server.url}/_stcore/upload_file/{session}"
        self._sent = 0
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with self._opener.open(f"{server.url}/_stcore/health", timeout=20) as answer:
            self._token = answer.headers["Set-Cookie"].partition("_streamlit_xsrf=")[2].partition(";")[0]

    def put(self, size: int) -> int:
        """The status code of the answer to another file of `size` bytes."""
        self._sent += 1
        head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n'
        headers = {
            "Content-Type": "multipart/form-data; boundary=b",
            "X-Xsrftoken": self._token,
            "Cookie": f"_streamlit_xsrf={self._token}",
        }
        content = head + bytes(size) + b"\r\n--b--\r\n"
        request = urllib.request.Request(f"{self._folder}/{self._sent}", content, headers, method="PUT")
        try:
            with self._opener.open(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code


def test_a_full_server_refuses_further_pages_with_a_sentence_and_says_so(server: Server) -> None:
    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(MOST_PAGES):
                await (await stack.enter_async_context(Visitor(server.url, "", ""))).drawn()
            with pytest.raises(websockets.InvalidStatus):
                await stack.enter_async_context(Visitor(server.url, "", ""))
            code, page = await asyncio.to_thread(answered, server, "/train", "text/html")
            assert code == 503 and "All places are taken" in page
            code, health = await asyncio.to_thread(answered, server, "/health")
            assert code == 503 and json.loads(health)["open_pages"] == MOST_PAGES
            assert "further visitors are refused" in json.loads(health)["problems"][0]
            assert (await asyncio.to_thread(answered, server, "/example/status"))[0] == 200

    asyncio.run(story())
    visit(server, lambda visitor: visitor.drawn())
    assert answered(server, "/train", "text/html")[0] == 200
