"""What one hostile visitor costs the others: how long an honest page and its script to download take meanwhile, and
the server's memory."""

import asyncio
import contextlib
import struct
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Sequence
from multiprocessing import get_context
from typing import Any

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.row import Row, say
from benchmarks.server import Served, served
from benchmarks.visitors import Fetcher, Visitor

OPEN_FILES = 1024  # the usual limit
LARGEST = 1_900_000  # bytes of a message, nearly what the app once accepted
MOST_SECONDS, MOST_MEMORY = 2, 200

Attack = Callable[[str], Coroutine[Any, Any, None]]  # given the server's address


def measure() -> list[Row]:
    """Each attack on the same server, one after the other."""
    rows: list[Row] = []
    with served() as server:
        if psutil.LINUX:
            server.process.rlimit(psutil.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        asyncio.run(_warm(server))
        for what, attack in ATTACKS.items():
            say(f"Hostile: {what} ...")
            rows += asyncio.run(_attacked(server, what, attack))
        rows.append(Row("hostile", "the server's log", "MB", server.log.stat().st_size / 1e6, high=1))
    return rows


async def _warm(server: Served) -> None:
    for page in ("", "draw", "take_home"):
        async with Visitor(server.url, page, "") as visitor:
            await visitor.drawn()
    await Fetcher(server.url).get("/example/images/train/0")


async def _attacked(server: Served, what: str, attack: Attack) -> list[Row]:
    before, most, slowest = server.memory(), server.memory(), 0.0
    over = threading.Event()

    def sample() -> None:
        nonlocal most
        while not over.wait(0.05):
            most = max(most, server.memory())

    async def honest(visitor: Visitor) -> None:
        nonlocal slowest
        while True:
            began = time.perf_counter()
            try:
                await visitor._ask("again")
                await visitor.drawn()
                await Fetcher(server.url).get("/example/status")
                if refused := await (await visitor.ask_for_file("Script")):
                    raise RuntimeError(f"An honest visitor's script was refused: {refused}")
            finally:  # also if it is still waiting at the end
                slowest = max(slowest, time.perf_counter() - began)
            await asyncio.sleep(0.2)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    async with Visitor(server.url, "take_home", "") as visitor:
        await visitor.drawn()
        watching = asyncio.create_task(honest(visitor))
        attacker = get_context("spawn").Process(target=_attack, args=(attack, server.url))
        attacker.start()
        await asyncio.to_thread(attacker.join)
        if attacker.exitcode:
            raise RuntimeError(f"The attack itself failed: {what}")
        await asyncio.sleep(3)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    over.set()
    thread.join()
    return [
        Row("hostile", f"{what}: an honest page meanwhile", "s", slowest, high=MOST_SECONDS),
        Row("hostile", f"{what}: memory", "MB", most - before, high=MOST_MEMORY),
    ]


def _attack(attack: Attack, url: str) -> None:
    """In a process of its own, so that the honest visitor does not wait for the other's."""
    asyncio.run(attack(url))


# ---- messages


def _largest() -> Iterator[BackMsg]:
    """A message of each kind with much of one thing."""
    for number in (LARGEST // 2, LARGEST // 5):
        message = BackMsg()
        message.file_urls_request.file_names.extend([""] * number)
        yield message
    for size in (LARGEST, LARGEST // 2):
        for name in ("query_string", "fragment_id", "page_name", "page_script_hash"):
            message = BackMsg()
            setattr(message.rerun_script, name, "&" * size)
            yield message
        message = BackMsg()
        message.rerun_script.cached_message_hashes.extend(["xy"] * (size // 4))
        yield message
        message = BackMsg()
        for number in range(size // 16):
            message.rerun_script.widget_states.widgets.add(id=str(number), bool_value=True)
        yield message
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add(id="x")
        widget.string_array_value.data.extend(["a"] * (size // 3))
        yield message
        message = BackMsg()
        message.backend_operation_request.deferred_file.file_id = "x" * size
        yield message


async def _send(url: str, messages: Sequence[BackMsg]) -> None:
    """Send each, from a new page where the one before was closed."""
    for message in messages:
        with contextlib.suppress(websockets.ConnectionClosed):
            async with Visitor(url, "", "") as visitor:
                await visitor.drawn()
                await visitor.send(message)
                await asyncio.sleep(0.2)


async def _messages(url: str) -> None:
    await _send(url, list(_largest()))


async def _developers(url: str) -> None:
    async with Visitor(url, "", "") as visitor:
        await visitor.drawn()
        for name in ("load_git_info", "clear_cache", "set_run_on_save") * 100:
            message = BackMsg()
            setattr(message, name, True)
            await visitor.send(message)


# ---- frames


async def _unfinished(url: str) -> None:
    announced = b"\x82\xff" + struct.pack("!Q", 49_000_000) + bytes(4)
    await asyncio.gather(*(_raw(url, announced, bytes(100_000), 480) for _ in range(12)))


async def _fragments(url: str) -> None:
    first, further = b"\x02\x82" + bytes(6), (b"\x00\x82" + bytes(6)) * 5000
    await asyncio.gather(*(_raw(url, first, further, 190) for _ in range(12)))


async def _raw(url: str, first: bytes, piece: bytes, pieces: int) -> None:
    """A page's connection on which `first` and then a piece is sent again and again."""
    host = url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    lines = ("GET /_stcore/stream HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade")
    key = ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")
    writer.write("\r\n".join((*lines, *key, "", "")).encode())
    await reader.readuntil(b"\r\n\r\n")
    with contextlib.suppress(OSError):  # the server has had enough
        writer.write(first)
        for _ in range(pieces):
            writer.write(piece)
            await writer.drain()
        await asyncio.sleep(3)
    writer.close()


# ---- routes, files, pages


async def _cells(url: str) -> None:
    addresses = [f"/example/cells/train?per_class={3000 + number}" for number in range(40)]
    await asyncio.gather(*(Fetcher(url).get(address) for address in addresses))


async def _images(url: str) -> None:
    addresses = [f"/example/images/train/{number}" for number in range(60)] * 2
    await asyncio.gather(*(Fetcher(url).get(address) for address in addresses))


async def _uploads(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/_stcore/health", timeout=20) as answer:
        token = answer.headers["Set-Cookie"].partition("_streamlit_xsrf=")[2].partition(";")[0]
    content = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + bytes(10_000_000)
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "X-Xsrftoken": token,
        "Cookie": f"_streamlit_xsrf={token}",
    }

    def put(session: str, number: int) -> None:
        address = f"{url}/_stcore/upload_file/{session}/{number}"
        request = urllib.request.Request(address, content + b"\r\n--b--\r\n", headers, method="PUT")
        with contextlib.suppress(OSError):  # also a refusal
            opener.open(request, timeout=60).close()

    async with Visitor(url, "", "") as home, Visitor(url, "draw", "") as draw:
        for visitor in (home, draw):
            await visitor.drawn()
            await asyncio.gather(*(asyncio.to_thread(put, visitor.session, number) for number in range(25)))


async def _files(url: str) -> None:
    async with Visitor(url, "take_home", "", cookie="c" * 32) as visitor:
        await visitor.drawn()
        labels = ("Download the run", "Download the report") * 150
        asked = [await visitor.ask_for_file(label) for label in labels]
        await asked[0]


async def _reruns(url: str) -> None:
    """Ten tabs of one browser, each with ten reruns a second."""
    async with contextlib.AsyncExitStack() as stack:
        tabs = [
            await stack.enter_async_context(Visitor(url, "clusters", "", cookie="c" * 32)) for _ in range(10)
        ]
        for _ in range(100):
            for tab in tabs:
                await tab._ask("again")
            await asyncio.sleep(0.1)


async def _pages(url: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(252):
            with contextlib.suppress(OSError, websockets.WebSocketException):
                await stack.enter_async_context(Visitor(url, "", ""))


ATTACKS: dict[str, Attack] = {
    "messages of each kind at their largest": _messages,
    "300 messages of developers": _developers,
    "12 messages of 49 MB that are never finished": _unfinished,
    "12 messages in millions of frames": _fragments,
    "40 numbers of cells": _cells,
    "120 chunks of images": _images,
    "50 uploads of 10 MB": _uploads,
    "ten tabs with ten reruns a second": _reruns,
    "300 requests for the run and the report, then gone": _files,
    f"252 pages with {OPEN_FILES:,} open files": _pages,
}
