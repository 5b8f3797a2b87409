"""Each kind of message at its largest, and the log of a server without open files."""

import asyncio
import errno
import json
import logging
from collections.abc import Callable

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from core.service import open_pages
from pages.ui.serving.guards import FROM_PAGES, SeldomLogged, excess


def rerun(name: str, value: object) -> BackMsg:
    message = BackMsg()
    field = getattr(message.rerun_script, name)
    field.extend(value) if isinstance(value, list) else setattr(message.rerun_script, name, value)
    return message


def widgets(count: int) -> BackMsg:
    message = BackMsg()
    for number in range(count):
        message.rerun_script.widget_states.widgets.add(id=str(number), bool_value=True)
    return message


def address(letters: int) -> BackMsg:
    message = BackMsg()
    message.rerun_script.context_info.url = "x" * letters
    return message


def files(count: int) -> BackMsg:
    message = BackMsg()
    message.file_urls_request.file_names.extend(["a.png"] * count)
    return message


def asked_of_the_server(letters: int) -> BackMsg:
    message = BackMsg()
    message.backend_operation_request.request_id = "x" * letters
    return message


@pytest.mark.parametrize(
    ("of_a_page", "too_much"),
    [
        pytest.param(lambda: files(2), lambda: files(100_000), id="files"),
        pytest.param(lambda: widgets(200), lambda: widgets(50_000), id="widgets"),
        pytest.param(lambda: address(60_000), lambda: address(900_000), id="address"),
        pytest.param(
            lambda: rerun("query_string", "x" * 60_000),
            lambda: rerun("query_string", "&" * 900_000),
            id="query",
        ),
        pytest.param(
            lambda: rerun("fragment_id", "x" * 64), lambda: rerun("fragment_id", "x" * 900_000), id="fragment"
        ),
        pytest.param(
            lambda: rerun("page_name", "train"), lambda: rerun("page_name", "x" * 900_000), id="page"
        ),
        pytest.param(
            lambda: rerun("cached_message_hashes", ["x" * 32] * 100),
            lambda: rerun("cached_message_hashes", ["xy"] * 200_000),
            id="hashes",
        ),
        pytest.param(
            lambda: asked_of_the_server(36), lambda: asked_of_the_server(900_000), id="backend operation"
        ),
    ],
)
def test_a_message_of_a_page_passes_and_the_largest_of_its_kind_does_not(
    of_a_page: Callable[[], BackMsg], too_much: Callable[[], BackMsg]
) -> None:
    assert excess(of_a_page()) is None
    assert len(too_much().SerializeToString()) < 1_000_000  # so it is not refused for its size alone
    assert excess(too_much()) is not None


def test_the_value_of_a_widget_may_fill_a_message() -> None:
    message = BackMsg()
    selection = json.dumps({"selected": list(range(60_000))})
    message.rerun_script.widget_states.widgets.add(id="canvas", json_value=selection)
    assert excess(message) is None


def test_the_messages_of_developers_are_not_of_pages() -> None:
    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert kinds - FROM_PAGES == {
        "clear_cache",
        "set_run_on_save",
        "load_git_info",  # starts git, on the event loop
        "debug_disconnect_websocket",
        "debug_shutdown_runtime",
    }


def test_a_lack_of_open_files_is_logged_once_and_other_errors_as_always(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop, handler = asyncio.new_event_loop(), SeldomLogged()
    with caplog.at_level(logging.ERROR):
        for _ in range(2048):  # as often as one turn of Python's event loop reports it
            handler(loop, {"message": "out of system resource", "exception": OSError(errno.EMFILE, "")})
        handler(loop, {"message": "something else", "exception": OSError(errno.EPIPE, "")})
    loop.close()
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "No connection can be taken",
        "something else",
    ]


@pytest.mark.parametrize(("files", "pages"), [(1024, 106), (8192, 250), (100, 1)])
def test_as_many_pages_may_be_open_as_there_are_files_for(
    files: int, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")  # not on Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.delenv("CONTRASTIVE_LAB_PAGES", raising=False)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    try:
        assert open_pages.most() == pages  # 106 is enough for sixty people and some second tabs
        open_pages.raise_limit()
        assert open_pages.most() == 250
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
