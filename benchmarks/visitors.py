"""Visitors without a browser: they speak Streamlit's protocol and fetch data like the canvas.

They do what a browser does: open a page by its address, answer its requests to be rerun at an interval, press a
button, poll a run's status and snapshots while it is trained, and have the page rerun when there is something new.
What they leave out: drawing.
"""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

COOKIE = "contrastive_lab_browser"
ENDED = ("done", "failed", "cancelled")


@dataclass
class Rerun:
    """A rerun of the page: why it was requested, the seconds until it was complete, and when that was."""

    why: str
    seconds: float
    at: float


@dataclass
class Visitor:
    """A session on the page at `path` with `query`; run: the key of its settings' run. cookie: its browser's."""

    url: str
    path: str
    query: str
    run: str = ""
    agent: str = "visitor without a browser"
    cookie: str = ""
    reruns: list[Rerun] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    saw_result_at: float | None = None
    widgets: dict[str, str] = field(default_factory=dict)  # key -> id
    fragments: dict[str, str] = field(default_factory=dict)  # key -> where it stands
    session: str = ""  # Streamlit's name for it
    allows_html: bool = False  # whether any text on the page may contain HTML

    async def __aenter__(self) -> "Visitor":
        self._buttons: dict[str, tuple[str, str]] = {}  # label -> id, and the fragment that it stands in
        self._files: dict[str, str] = {}  # label of a download button -> id of its file
        self._answers: dict[
            str, asyncio.Future[str]
        ] = {}  # of a request for a file -> why it was refused, or ""
        self._drawn = asyncio.Event()
        self._asked: list[tuple[str, float]] = []
        self._page = ""
        self._ticking: dict[str, asyncio.Task[None]] = {}  # fragment -> the task that reruns it
        self._text = ""
        self._kept: set[str] = set()  # messages that the server need not send again
        self._newest, self._moved, self._called = -1, "", time.perf_counter()  # of the run that is watched
        self._canvas = ""  # the fragment that the canvas stands in
        address = f"ws{self.url.removeprefix('http')}/_stcore/stream"
        self._socket: ClientConnection = await websockets.connect(
            address,
            subprotocols=[websockets.Subprotocol("streamlit")],
            user_agent_header=self.agent,
            additional_headers={"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else None,
            max_size=None,
            proxy=None,
        )
        self._http = Fetcher(self.url, self.agent)
        self._reading = asyncio.create_task(self._read())
        await self._ask("opening", page_name=self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._ticking.values(), self._reading):
            task.cancel()
        await self._http.close()
        await self._socket.close()

    async def drawn(self, seconds: float = 120) -> None:
        """Wait until all requested reruns are complete."""
        await asyncio.wait_for(self._drawn.wait(), seconds)

    async def press(self, label: str) -> None:
        """Press a button, and wait for the rerun."""
        message = BackMsg()
        state = message.rerun_script
        widget = state.widget_states.widgets.add()
        widget.id, state.fragment_id = self._buttons[label]
        widget.trigger_value = True
        await self._ask(f"pressing {label}", message)
        await self.drawn()

    async def ask_for_file(self, label: str) -> asyncio.Future[str]:
        """Press a download button. The answer: "" when the file is made, or why it was refused."""
        message, number = BackMsg(), str(len(self._answers))
        request = message.backend_operation_request
        request.request_id, request.session_id = number, self.session
        request.deferred_file.file_id = self._files[label]
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self.send(message)
        return self._answers[number]

    async def open_part(self, name: str) -> None:
        """Open the expander with the key `name`, and wait until its content is drawn."""
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.bool_value = self.widgets[name], True
        await self._ask(f"opening {name}", message)
        await self.drawn()

    async def move(self, name: str, value: float) -> None:
        """Move the slider with the key `name`, and wait for the rerun."""
        message = BackMsg()
        state = message.rerun_script
        widget = state.widget_states.widgets.add()
        widget.id, state.fragment_id = self.widgets[name], self.fragments[name]
        widget.double_array_value.data.append(value)
        await self._ask(f"moving {name}", message)
        await self.drawn()

    async def follow_run(self) -> str:
        """Watch the run as the canvas does until it has ended and the page has noticed. Returns its state."""
        while (state := await self.watch_once()) not in ENDED:
            pass
        await self.drawn()
        if state == "done":
            async with asyncio.timeout(60):
                while self.saw_result_at is None:
                    await asyncio.sleep(0.05)
            await self._http.get(f"/runs/{self.run}/frames/train")
        return state

    async def watch_once(self) -> str:
        """Poll the run's status once as the canvas does: fetch new snapshots, call for the page when there is
        something new, and wait for as long as the server says. Returns its state."""
        status = json.loads(await self._http.get(f"/runs/{self.run}/status"))
        if status["steps"] and status["steps"][-1] > self._newest:
            await self._http.get(f"/runs/{self.run}/frames/sample?after={self._newest}")
            self._newest = status["steps"][-1]
        ended, now = status["state"] in ENDED, time.perf_counter()
        if status["moved"] != self._moved and (ended or now - self._called >= status["page"] / 1000):
            self._moved, self._called = status["moved"], now
            await self._ask("the end" if ended else "news", fragment_id=self._canvas)
        if not ended:
            await asyncio.sleep(status["wait"] / 1000)
        return str(status["state"])

    @property
    def reruns_at_an_interval(self) -> bool:
        """Whether the page has asked to be rerun at an interval."""
        return bool(self._ticking)

    def shows(self, words: str) -> bool:
        """Whether the words are on the page."""
        return words in self._text

    def button(self, label: str) -> str | None:
        """The id of a button on the page."""
        return self._buttons.get(label, (None, ""))[0]

    async def send(self, message: BackMsg) -> None:
        """Send any message."""
        await self.send_raw(message.SerializeToString())

    async def send_raw(self, content: bytes) -> None:
        """Send any bytes."""
        await self._socket.send(content)

    async def _ask(self, why: str, message: BackMsg | None = None, **fields: Any) -> None:
        message = message or BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.cached_message_hashes.extend(self._kept)
        if self._page:
            state.page_script_hash = self._page
        for name, value in fields.items():
            setattr(state, name, value)
        self._asked.append((why, time.perf_counter()))
        self._drawn.clear()
        await self.send(message)

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if self._drawn.is_set():  # like a browser, it doesn't ask again while it waits
                await self._ask("a tick", fragment_id=fragment, is_auto_rerun=True)

    def _stop_ticking(self, fragment: str) -> None:
        if fragment in self._ticking:
            self._ticking.pop(fragment).cancel()

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for data in self._socket:
                message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
                self._handle(message)

    def _handle(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable and message.hash:
            self._kept.add(message.hash)
        match message.WhichOneof("type"):
            case "new_session":
                self._text = ""
                self.session = message.new_session.initialize.session_id
            case "navigation":
                self._page = message.navigation.page_script_hash
            case "auto_rerun":
                fragment, interval = message.auto_rerun.fragment_id, message.auto_rerun.interval
                self._stop_ticking(fragment)
                self._ticking[fragment] = asyncio.create_task(self._tick(fragment, interval))
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._stop_ticking(fragment)
            case "delta":
                self._handle_element(message)
            case "backend_operation_response":
                answer = message.backend_operation_response
                self._answers[answer.request_id].set_result(answer.error_msg)
            case "script_finished":
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    now = time.perf_counter()
                    self.reruns += [Rerun(why, now - asked, now) for why, asked in self._asked]
                    self._asked.clear()
                    self._drawn.set()

    def _handle_element(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        fragment = message.delta.fragment_id
        self._remember(getattr(element, element.WhichOneof("type") or "", None), fragment)
        self._remember(message.delta.add_block.expandable, fragment)
        match element.WhichOneof("type"):
            case "bidi_component" if fragment:
                self._canvas = fragment
            case "button":
                self._buttons[element.button.label] = element.button.id, fragment
            case "download_button":
                self._files[element.download_button.label] = element.download_button.deferred_file_id
            case "markdown":
                self._text += element.markdown.body
                self.allows_html |= element.markdown.allow_html
                if "Trained in" in element.markdown.body and self.saw_result_at is None:
                    self.saw_result_at = time.time()
            case "alert":
                self._text += element.alert.body
            case "exception":
                self.exceptions.append(element.exception.message)

    def _remember(self, widget: Any, fragment: str) -> None:
        identity = str(getattr(widget, "id", ""))
        if identity.startswith("$$ID-"):  # $$ID-<32 digits>-<name>
            name = identity.split("-", 2)[2]
            self.widgets[name], self.fragments[name] = identity, fragment


class Fetcher:
    """GET requests over a persistent connection."""

    def __init__(self, url: str, agent: str = "fetcher") -> None:
        parts = urlsplit(url)
        self._agent = agent
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = False  # whether it has answered over this connection

    async def get(self, path: str) -> bytes:
        """The content of the response. Raises RuntimeError for a status of 400 or more."""
        try:
            code, content = await self._answer(path)
        except (asyncio.IncompleteReadError, ConnectionError):
            if not self._used:
                raise
            await self.close()  # the server closes idle connections: like a browser, it asks once more
            code, content = await self._answer(path)
        self._used = True
        if code >= 400:
            raise RuntimeError(f"{path} was answered with {code}: {content[:200]!r}")
        return content

    async def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams, self._used = None, False

    async def _answer(self, path: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        lines = (f"GET {path} HTTP/1.1", f"Host: {self._host}:{self._port}", f"User-Agent: {self._agent}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        length = next((int(line.split(":")[1]) for line in head if line.startswith("content-length:")), 0)
        return int(head[0].split()[1]), await reader.readexactly(length)
