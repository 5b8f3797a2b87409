"""The canvas fetches real runs from the app's routes, during training and afterwards."""

import hashlib
import re
import shutil
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Response, expect

from core.config import RunConfig
from core.pictures.frames import unpack
from core.pictures.replay import Replay
from core.runs import Run
from tests.browser.canvas_lab import Canvas, Visit, share_right
from tests.browser.canvas_page import OfRun
from tests.browser.canvas_runs import projected, projected_samples, trained, training
from tests.browser.harness import MOVING, Server
from tests.browser.lab import visitor
from tests.browser.slow_line import CUT_OFF
from tests.core.conftest import wait_for_snapshots, wait_until

TRAINING_SECONDS = 120


@pytest.fixture(scope="module")
def run(server: Server) -> Run:
    """A finished run of three classes, without a replay."""
    return trained(server)


@pytest.fixture
def copied(server: Server, run: Run, request: pytest.FixtureRequest) -> Iterator[Run]:
    """A copy under its own key, which a test may damage."""
    folder = server.runs / hashlib.sha256(request.node.name.encode()).hexdigest()
    shutil.copytree(run.folder, folder)
    yield Run(folder)
    shutil.rmtree(folder)


def fetched(canvas: Canvas) -> list[Response]:
    """The responses with frames from now on."""
    answers: list[Response] = []
    canvas.page.on("response", lambda answer: answers.append(answer) if "/frames/" in answer.url else None)
    return answers


def wait_for_end(canvas: Canvas) -> None:
    """Wait until the canvas tells its page that the run is done; the page then shows a finished run."""
    canvas.page.wait_for_function(
        "window.received.moved?.startsWith('done')", timeout=TRAINING_SECONDS * 1000
    )
    canvas.change(live=False)


def test_a_finished_run_shows_all_points_at_its_end_and_a_sample_before(
    visit: Visit, server: Server, run: Run
) -> None:
    sample = run.sample()
    canvas = visit(OfRun(server, run, split=sample.split))
    embedding = run.embedding()
    points, labels = projected(run, sample.split), embedding.labels(sample.split)
    state = canvas.state()
    assert state["steps"] == run.snapshot_steps() and state["playhead"] == len(state["steps"]) - 1
    assert state["present"] == [2000] * (len(state["steps"]) - 1) + [len(points)]
    right, how_many = share_right(canvas, points, labels, 5)
    assert how_many > 500 and right > 0.99
    expect(canvas.page.locator(".notice")).to_be_hidden()
    expect(canvas.page.locator(".news")).to_be_hidden()
    canvas.scrub.fill("4")
    canvas.rest()
    right, how_many = share_right(canvas, projected_samples(run)[4], sample.labels)
    assert how_many > 100 and right > 0.97
    expect(canvas.page.locator(".news")).to_contain_text("2,000 of the points")
    expect(canvas.page.locator(".notice")).to_be_hidden()


def test_the_replay_of_all_points_appears_without_a_jump(browser: Browser, server: Server) -> None:
    # large, so that its replay, which the Train page requests, takes some seconds
    run = trained(server, RunConfig(epochs=1, batch_size=1000, hidden=(256, 128)))
    with visitor(browser, server, **MOVING) as guest:
        guest.page.goto(f"{server.url}/train?epochs=1&batch_size=1000&hidden=256-128")
        guest.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]"
            ".some((host) => host.shadowRoot?.querySelector('.cl-canvas')?.contrastiveCanvas?.state().n > 0)"
        )
        appears_without_a_jump(Canvas(guest.page), run)


def appears_without_a_jump(canvas: Canvas, run: Run) -> None:
    canvas.page.locator(".cl-canvas").evaluate(
        """root => {
          const news = root.querySelector(".news");
          root.news = new Set();
          root.watch = setInterval(() => root.news.add(news.hidden ? "" : news.textContent), 20);
        }"""
    )
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.legend("1").click()
    canvas.scrub.fill("3")
    before = canvas.state()
    assert before["present"][3] == 2000
    canvas.page.locator(".cl-canvas").evaluate(
        """root => {
          root.recorded = [];
          setInterval(() => {
            const { playhead, camera, present } = root.contrastiveCanvas.state();
            root.recorded.push([playhead, camera.x, camera.y, camera.scale, present.length]);
          }, 20);
        }"""
    )
    canvas.wait("s.present[3] === s.n")
    canvas.page.wait_for_timeout(300)
    recorded = canvas.page.locator(".cl-canvas").evaluate("root => root.recorded")
    camera = before["camera"]
    assert {tuple(row) for row in recorded} == {
        (3, camera["x"], camera["y"], camera["scale"], len(run.snapshot_steps()))
    }
    news = canvas.page.locator(".cl-canvas").evaluate("root => [...root.news]")
    progress = re.compile(
        r"Earlier steps show 2,000 of the points until the replay of all is ready: \d+ of 1\d"
    )
    assert any(progress.match(words) for words in news), news
    expect(canvas.page.locator(".news")).to_be_hidden()
    expect(canvas.legend("1")).to_have_attribute("aria-pressed", "false")
    frames = unpack(Replay(run).frames("train"))
    visible = frames.labels != 1
    right, how_many = share_right(canvas, frames.coordinates[3][visible], frames.labels[visible], 2)
    assert how_many > 50 and right > 0.9


def test_a_run_in_training_is_followed_snapshot_by_snapshot_to_its_end(visit: Visit, server: Server) -> None:
    config = RunConfig(epochs=12, digits=3, batch_size=300, hidden=(64,), seed=8)
    run, process = training(server, config)
    wait_for_snapshots(run, 1)
    process.send_signal(signal.SIGSTOP)  # however slow the browser is, it sees the run before its end
    try:
        canvas = visit(OfRun(server, run, split="sample", live=True), rest=False, **MOVING)
        canvas.wait("s.steps.length > 0")
        answers, first = fetched(canvas), canvas.state()["steps"]
        canvas.page.get_by_role("button", name="Zoom in").click()
        canvas.legend("1").click()
        canvas.wait("s.zoom > 1.3")
        zoom = canvas.state()["zoom"]
    finally:
        process.send_signal(signal.SIGCONT)
    wait_for_end(canvas)
    process.wait()
    steps = run.snapshot_steps()
    canvas.wait(f"s.steps.length === {len(steps)} && s.playhead === {len(steps) - 1}")
    assert canvas.state()["steps"] == steps and len(steps) > 8
    bodies = [unpack(answer.body()) for answer in answers if answer.status == 200]
    sent = [step for body in bodies for step in body.steps.tolist()]
    assert first + sent == steps and sent  # none is sent twice
    # all points of the finished run replace the sample: same camera, same classes, last step
    before = canvas.state()["camera"]
    canvas.change(split="train")
    canvas.wait(f"s.n === {len(run.embedding().train)}")
    state = canvas.state()
    assert state["playhead"] == len(state["steps"]) - 1 and not state["playing"]
    assert state["camera"] == before and state["zoom"] == pytest.approx(zoom, rel=0.3)
    expect(canvas.legend("1")).to_have_attribute("aria-pressed", "false")
    expect(canvas.play).to_have_attribute("aria-label", "Play")
    canvas.page.get_by_role("button", name="Show everything").click()  # the zoomed region is arbitrary
    canvas.rest()
    points, labels = projected(run, "train"), run.embedding().train_labels
    visible = labels != 1
    right, how_many = share_right(canvas, points[visible], labels[visible], 4)
    assert how_many > 100 and right > 0.97


def test_above_three_dimensions_each_snapshot_refetches_all_frames(visit: Visit, server: Server) -> None:
    config = RunConfig(epochs=8, digits=3, batch_size=300, hidden=(64,), embedding_dims=5, seed=9)
    run, process = training(server, config)
    wait_until(lambda: run.status().state != "missing", "the run begins")
    canvas = visit(OfRun(server, run, split="sample", live=True), rest=False)
    answers = fetched(canvas)
    wait_for_end(canvas)
    process.wait()
    steps = run.snapshot_steps()
    canvas.wait(f"s.steps.length === {len(steps)}")
    assert canvas.state()["steps"] == steps
    bodies = [unpack(answer.body()) for answer in answers if answer.status == 200]
    assert all(body.steps[0] == 0 for body in bodies)


def test_a_pin_stays_on_its_image_when_all_points_arrive(visit: Visit, server: Server, run: Run) -> None:
    sample, embedding = run.sample(), run.embedding()
    assert sample.split == "train"
    canvas = visit(OfRun(server, run, split="sample", pick=True))
    canvas.stage.focus()
    canvas.page.keyboard.press("Enter")
    # a number that exists in the other split too, for an image of another class
    while True:
        pinned = canvas.state()["pinned"]
        assert pinned in sample.indices
        if pinned < len(embedding.test) and embedding.test_labels[pinned] != embedding.train_labels[pinned]:
            break
        canvas.page.keyboard.press("n")
    canvas.change(split="train")
    canvas.wait(f"s.n === {len(embedding.train)}")
    assert canvas.state()["pinned"] == pinned
    expect(canvas.page.locator(".card strong")).to_have_text(str(embedding.train_labels[pinned]))
    canvas.change(split="test")
    canvas.wait(f"s.n === {len(embedding.test)}")
    canvas.wait("s.pinned === -1")
    expect(canvas.page.locator(".ring")).to_be_hidden()


def test_a_first_load_that_is_cut_off_is_completed(visit: Visit, server: Server, run: Run) -> None:
    canvas = visit(OfRun(server, run), rest=False, **MOVING)
    canvas.page.add_init_script(CUT_OFF)
    canvas.page.reload()
    canvas.show()
    notice = canvas.page.locator(".notice")
    expect(notice).to_contain_text("The server cannot be reached")
    assert set(canvas.state()["present"]) == {2000}  # of the first frame, which has come
    canvas.page.evaluate("dispatchEvent(new Event('online'))")
    expect(notice).to_be_hidden()
    canvas.wait(f"s.present.at(-1) === {len(run.embedding().train)}")


def test_a_rerun_fetches_nothing_again(visit: Visit, server: Server, run: Run) -> None:
    canvas = visit(OfRun(server, run, pick=True))
    answers = fetched(canvas)
    camera = canvas.state()["camera"]
    canvas.show()
    canvas.stage.focus()
    canvas.page.keyboard.press("Enter")
    canvas.page.keyboard.press("s")
    selection = canvas.sent_selection()
    assert selection.pinned is not None and len(selection.selected)
    assert answers == [] and canvas.state()["camera"] == camera


def test_an_unreadable_run_gets_a_message_and_a_retry_button(
    visit: Visit, server: Server, copied: Run
) -> None:
    embedding = copied.folder / "embedding.safetensors"
    content = embedding.read_bytes()
    embedding.write_bytes(b"\0" * 100)
    canvas = visit(OfRun(server, copied))
    canvas.watch.expect("410")
    notice = canvas.page.locator(".notice")
    expect(notice).to_contain_text("damaged")
    expect(canvas.page.get_by_role("img", name=re.compile("damaged"))).to_be_visible()
    embedding.write_bytes(content)
    canvas.page.get_by_role("button", name="Try again").click()
    expect(notice).to_be_hidden()
    canvas.wait(f"s.n === {len(copied.embedding().train)}")


def test_a_run_stopped_before_its_first_snapshot_does_not_seem_to_load(
    visit: Visit, server: Server, copied: Run
) -> None:
    copied.drop_snapshots_after(-1)
    copied.set_state("cancelled")
    canvas = visit(OfRun(server, copied, split="sample"), rest=False)
    expect(canvas.page.locator(".notice")).to_contain_text(
        "No points: this run ended before its first snapshot."
    )


def test_a_stopped_run_that_is_queued_again_loses_its_points(
    visit: Visit, server: Server, copied: Run
) -> None:
    copied.set_state("cancelled")
    canvas = visit(OfRun(server, copied, split="sample"), rest=False)
    canvas.wait("s.n === 2000")
    copied.reset(copied.config())
    canvas.change(live=True)
    canvas.wait("s.n === 0 && s.steps.length === 0")


def test_an_unreachable_server_is_reported_and_the_picture_continues_when_it_is_back(
    visit: Visit, server: Server
) -> None:
    config = RunConfig(epochs=50, digits=3, batch_size=100, hidden=(64,), seed=10)
    run, process = training(server, config)
    try:
        wait_until(lambda: run.status().state != "missing", "the run begins")
        canvas = visit(OfRun(server, run, split="sample", live=True), rest=False)
        canvas.watch.expect("ERR_INTERNET_DISCONNECTED|WebSocket")
        canvas.wait("s.steps.length > 2")
        n = canvas.state()["n"]
        canvas.page.context.set_offline(True)
        notice = canvas.page.locator(".notice")
        expect(notice).to_contain_text("The server cannot be reached")
        assert canvas.state()["n"] == n  # the old points stay
        had = len(canvas.state()["steps"])
        canvas.page.context.set_offline(False)
        expect(notice).to_be_hidden()
        canvas.wait(f"s.steps.length > {had}")
    finally:
        process.kill()
        process.wait()
