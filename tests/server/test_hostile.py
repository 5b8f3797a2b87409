"""Hostile visitors: forged messages over a real WebSocket."""

import asyncio
import json
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.visitors import Visitor
from core.config import PARAMETERS, RunConfig
from core.runs import Run
from tests.browser.harness import Server
from tests.server.hostile import answered, ended, expected_log, visit

pytestmark = pytest.mark.whole_training

# Streamlit's log lines for unreadable input, as patterns of whole lines.
SOCKET = r"WARNING streamlit\.web\.server\.starlette\.starlette_websocket: "
TRACEBACK = r"Traceback \(most recent call last\):"
BYTES_FOR_TEXT = (
    "ERROR streamlit\\.error_util: Uncaught app execution",
    TRACEBACK,
    "TypeError: expected bytes, str found",
)
NO_MESSAGE = (
    SOCKET + "Error deserializing back message",
    TRACEBACK,
    r"google\.protobuf\.message\.DecodeError: Error parsing message.*",
)
FOREIGN = (
    SOCKET + r"Rejecting WebSocket connection with disallowed Origin .* origin=https://evil\.example, .*"
)
NO_NETWORK = r"WARNING streamlit\.net_util: Did not auto detect external IP\."  # requested by Streamlit


def forged(visitor: Visitor, name: str, kind: str, value: object) -> BackMsg:
    """A message in which the widget called `name` has a value, and Train is pressed."""
    message = BackMsg()
    widgets = message.rerun_script.widget_states.widgets
    advanced = widgets.add()
    advanced.id, advanced.bool_value = visitor.widgets["advanced"], PARAMETERS[name].advanced
    widget = widgets.add()
    widget.id = visitor.widgets[name]
    if isinstance(value, list):
        getattr(widget, kind).data.extend(value)
        widget.double_array_value.SetInParent()  # even if it is empty
    else:
        setattr(widget, kind, value)
    pressed = widgets.add()
    pressed.id, pressed.trigger_value = visitor.widgets["train"], True
    return message


@pytest.mark.parametrize(
    ("name", "kind", "value", "logged"),
    [
        pytest.param("margin", "double_array_value", [9.0], (), id="margin 9"),
        pytest.param("margin", "double_array_value", [float("nan")], (), id="margin NaN"),
        pytest.param("epochs", "double_array_value", [100_000.0], (), id="100,000 epochs"),
        pytest.param("embedding_dims", "double_array_value", [-1.0], (), id="-1 dimensions"),
        pytest.param("hidden", "string_value", "999999-999999", (), id="layers of 999,999"),
        pytest.param(
            "hidden", "string_value", "<img src=x onerror=alert(1)>", (), id="markup for the layers"
        ),
        pytest.param("batch_size", "string_value", "1000000000", (), id="a batch of 10^9"),
        pytest.param("seed", "string_value", "-5", (), id="seed -5"),
        pytest.param("loss", "string_value", "../../etc/passwd", (), id="a path for the loss"),
        pytest.param("margin", "string_value", "text where a number belongs", (), id="text for a number"),
        pytest.param("loss", "bytes_value", b"\x80\x04\x95", BYTES_FOR_TEXT, id="a pickle for the loss"),
        pytest.param("epochs", "double_array_value", [], (), id="no number"),
        pytest.param("margin", "double_array_value", [0.5] * 10_000, (), id="10,000 numbers for one"),
    ],
)
def test_a_forged_value_trains_nothing_that_the_config_would_refuse(
    server: Server, name: str, kind: str, value: object, logged: tuple[str, ...]
) -> None:
    called: list[bool] = []

    async def story(visitor: Visitor) -> None:
        called.append(True)
        if PARAMETERS[name].advanced:
            await visitor.open_part("advanced")
        await visitor._ask("forged", forged(visitor, name, kind, value))
        await visitor.drawn()

    visitor = visit(server, story, query="digits=2&epochs=1&hidden=16&batch_size=4000", logged=logged)
    assert called
    for folder in runs_in(server):
        config = json.loads((folder / "config.json").read_text())
        assert RunConfig.from_dict(config).key == folder.name  # valid, and matches its folder's name
    assert not [text for text in visitor.exceptions if "Traceback" in text or "site-packages" in text]


def runs_in(server: Server) -> list[Path]:
    return [path for path in server.runs.glob("[!.]*") if (path / "config.json").exists()]


def test_a_message_that_is_too_large_ends_that_connection_only(server: Server) -> None:
    async def story(visitor: Visitor) -> None:
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.string_value = "x", "x" * 3_000_000  # the limit is 1 MB
        await visitor.send(message)
        await ended(visitor)

    visit(server, story)


def test_bytes_that_are_no_message_end_nothing(server: Server) -> None:
    async def story(visitor: Visitor) -> None:
        await visitor.send_raw(b"\xff\xfe no protobuf at all")
        await ended(visitor)

    visit(server, story, logged=NO_MESSAGE)


@pytest.mark.parametrize(
    ("what", "seed"),
    [("debug_shutdown_runtime", 81), ("debug_disconnect_websocket", 82), ("clear_cache", 83)],
    ids=["debug_shutdown_runtime", "debug_disconnect_websocket", "clear_cache"],
)
def test_a_visitor_cannot_stop_the_server_or_the_run_of_another(server: Server, what: str, seed: int) -> None:
    config = RunConfig(epochs=3, digits=3, seed=seed)

    async def story(visitor: Visitor) -> None:
        async with Visitor(server.url, "train", f"epochs=3&digits=3&seed={seed}", config.key) as victim:
            await victim.drawn()
            await victim.press("Train")
            message = BackMsg()
            setattr(message, what, True)
            await visitor.send(message)
            assert await victim.follow_run() == "done"
            assert victim.saw_result_at and not victim.exceptions

    visit(server, story)
    steps = [report.step for report in Run(server.runs / config.key).progress()]
    assert steps == sorted(set(steps))  # trained once, without a restart


def test_an_address_full_of_markup_is_shown_as_text(server: Server) -> None:
    async def story(visitor: Visitor) -> None:
        assert visitor.shows("is not a setting of this app")
        assert not visitor.allows_html

    visit(server, story, query="%3Cscript%3Ealert(1)%3C/script%3E=1&margin=%3Cb%3E")


def test_another_sites_page_cannot_open_a_connection(server: Server) -> None:
    async def story() -> None:
        address = f"ws{server.url.removeprefix('http')}/_stcore/stream"
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(address, origin=websockets.Origin("https://evil.example"), proxy=None)
        assert refused.value.response.status_code == 403

    with expected_log(server, [FOREIGN], maybe=[NO_NETWORK]):
        asyncio.run(story())


def test_health_tells_no_path_and_no_name(server: Server) -> None:
    code, answer = answered(server, "/health")
    assert code == 200 and str(server.runs) not in answer and "/" not in answer
