"""Bad connections: a proxy between browser and app with limited bandwidth, and an answer that is cut off."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from queue import Queue
from urllib.parse import urlsplit

AT_ONCE = 16_384  # bytes

# A script for the page: of the first answer with all frames the last byte never comes.
CUT_OFF = """
const whole = window.fetch;
window.fetch = async (address) => {
  const answer = await whole(address);
  if (!address.endsWith("/frames/train")) return answer;
  window.fetch = whole;
  const bytes = new Uint8Array(await answer.arrayBuffer()), parts = [bytes.slice(0, -1)];
  const pull = (line) => (parts.length ? line.enqueue(parts.pop()) : line.error(new TypeError("cut off")));
  const body = new ReadableStream({ pull }, { highWaterMark: 0 });
  return new Response(body, { headers: { "Content-Length": bytes.length } });
};
"""


@contextlib.contextmanager
def slow_line(url: str, bytes_a_second: float) -> Iterator[str]:
    """The proxy's URL for `url`; all answers share its bandwidth."""
    line = _Line(urlsplit(url).port or 80, bytes_a_second)
    thread = threading.Thread(target=asyncio.run, args=(line.run(),))
    thread.start()
    loop, port = line.opened.get(timeout=10)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(line.closing.set)
        thread.join()


class _Line:
    def __init__(self, port: int, bytes_a_second: float) -> None:
        self.port, self.bytes_a_second = port, bytes_a_second
        self.opened: Queue[tuple[asyncio.AbstractEventLoop, int]] = Queue()

    async def run(self) -> None:
        self.busy, self.closing = asyncio.Lock(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.opened.put((asyncio.get_running_loop(), server.sockets[0].getsockname()[1]))
        await self.closing.wait()
        server.close()  # asyncio.run cancels open connections

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(
                self._carry(reader, far_writer, slow=False), self._carry(far_reader, writer, slow=True)
            )

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            while data := await reader.read(AT_ONCE):
                if slow:
                    async with self.busy:
                        await asyncio.sleep(len(data) / self.bytes_a_second)
                writer.write(data)
                await writer.drain()
