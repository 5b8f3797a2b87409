"""What tests with forged messages share: a visit, and the log that is expected of it."""

import asyncio
import contextlib
import re
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Sequence

from benchmarks.visitors import Visitor
from tests.browser.harness import TROUBLE_IN_LOG, Server

MOST_PAGES = 5  # open at once at the server of these tests

Story = Callable[[Visitor], Awaitable[None]]


def visit(
    server: Server, story: Story, query: str = "", path: str = "train", logged: Sequence[str] = ()
) -> Visitor:
    """Open the page, run `story`, and check that the server still serves the next visitor.

    logged: the expected log lines, a pattern for each whole line; these and no others.
    """

    async def both() -> Visitor:
        async with Visitor(server.url, path, query) as visitor:
            await visitor.drawn()
            await story(visitor)
        async with Visitor(server.url, "train", "") as after:
            await after.drawn()
            assert after.button("Train") and not after.exceptions
        return visitor

    with expected_log(server, logged):
        return asyncio.run(both())


@contextlib.contextmanager
def expected_log(server: Server, logged: Sequence[str], maybe: Sequence[str] = ()) -> Iterator[None]:
    """Within the context, the log's errors and warnings match `logged`, each at least once, or `maybe`, and
    nothing else."""
    before = len(troubles(server))
    yield
    lines = troubles(server)[before:]
    assert [line for line in lines if not any(re.fullmatch(each, line) for each in (*logged, *maybe))] == []
    assert [each for each in logged if not any(re.fullmatch(each, line) for line in lines)] == []
    for each in (*logged, *maybe):
        server.expect_in_log(f"^{each}$")


def troubles(server: Server) -> list[str]:
    """All errors and warnings in the log."""
    lines = server.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if TROUBLE_IN_LOG.search(line)]


async def ended(visitor: Visitor) -> None:
    """Wait until the server has ended the connection."""
    async with asyncio.timeout(60):
        await visitor._socket.wait_closed()


def answered(server: Server, path: str, accept: str = "*/*") -> tuple[int, str]:
    """The status code and the content of an answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(server.url + path, headers={"Accept": accept})
    try:
        with opener.open(request, timeout=30) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
