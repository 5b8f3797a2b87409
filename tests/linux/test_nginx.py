"""Two servers with one runs folder behind Debian's nginx, configured by docs/nginx.conf."""

import asyncio
import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.visitors import Fetcher, Visitor
from core.config import RunConfig
from core.runs import Run
from run import PROJECT
from tests.browser.harness import Server, free_port, running_server
from tests.core.conftest import wait_until

pytestmark = pytest.mark.whole_training

CONFIG = RunConfig(epochs=2, digits=2, hidden=(16,), seed=5)
QUERY = "epochs=2&digits=2&hidden=16&seed=5"


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[tuple[str, list[Server]]]:
    """The address of nginx, and the two servers behind it."""
    runs = tmp_path / "runs"
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(
                running_server(tmp_path / name, CONTRASTIVE_LAB_RUNS=str(runs), CONTRASTIVE_LAB_WORKERS="1")
            )
            for name in ("first", "second")
        ]
        text = (PROJECT / "docs" / "nginx.conf").read_text(encoding="utf-8")
        for written, server in zip(("8501", "8502"), servers, strict=True):
            text = text.replace(f"127.0.0.1:{written}", server.url.removeprefix("http://"))
        port = free_port()  # last, so that nothing takes it meanwhile
        text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
        own = f"pid {tmp_path}/nginx.pid; daemon off; error_log {tmp_path}/nginx.log;\n"
        (tmp_path / "nginx.conf").write_text(own + text, encoding="utf-8")
        process = subprocess.Popen(["nginx", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)])
        try:
            wait_until((tmp_path / "nginx.pid").exists, "nginx starts")
            yield f"http://127.0.0.1:{port}", servers
        finally:
            process.terminate()
            process.wait(20)


def test_a_class_behind_nginx_uses_both_servers_and_shares_one_training(behind_nginx, tmp_path: Path) -> None:
    url, servers = behind_nginx

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            visitors: list[Visitor] = []
            while min([await sessions(server) for server in servers]) < 2:  # nginx distributes them at random
                assert len(visitors) < 40, "nginx sends everybody to one server"
                agent = f"student {len(visitors)}"
                visitor = Visitor(url, "train", QUERY, CONFIG.key, agent=agent)
                visitors.append(await stack.enter_async_context(visitor))
                await visitor.drawn()
            await asyncio.gather(*(visitor.press("Train") for visitor in visitors))
            ends = await asyncio.gather(*(visitor.follow_run() for visitor in visitors))
            assert ends == ["done"] * len(visitors)
            assert all(visitor.saw_result_at for visitor in visitors)
            assert not any(visitor.exceptions for visitor in visitors)
            # each stayed with one server
            assert sum([await sessions(server) for server in servers]) == len(visitors)

    asyncio.run(story())
    run = Run(tmp_path / "runs" / CONFIG.key)
    run.check()
    steps = [report.step for report in run.progress()]
    assert steps == sorted(set(steps))  # written by one server, once
    # uploads up to the app's limit pass nginx, larger ones don't
    assert put(f"{url}/_stcore/upload_file/nobody/file", 10_000_000) != 413
    assert put(f"{url}/_stcore/upload_file/nobody/file", 12_000_000) == 413
    headers = subprocess.run(["curl", "-sI", url], capture_output=True, text=True, check=True).stdout
    assert re.search(r"(?im)^x-content-type-options: nosniff", headers)


async def sessions(server: Server) -> int:
    """The number of a server's sessions."""
    fetcher = Fetcher(server.url)
    health = json.loads(await fetcher.get("/health"))
    await fetcher.close()
    return int(health["standing"]["sessions"])


def put(url: str, size: int) -> int:
    """The status code of an upload of `size` bytes."""
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-T", "-", "-H", "Expect:", url]
    done = subprocess.run(command, input=bytes(size), capture_output=True, check=False)
    return int(done.stdout)
