"""The canvas's timeline: play, pause, scrub, repeat, and new frames during training."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.canvas_lab import Canvas, Visit, share_right
from tests.browser.canvas_page import PLAYED, Cloud, clusters
from tests.browser.harness import MOVING


def playheads(canvas: Canvas) -> list[float]:
    """Where it was while it played, frame by frame, as recorded by PLAYED."""
    return [float(at) for playing, at in canvas.page.evaluate("window.played") if playing]


def test_a_finished_run_plays_once_from_its_first_frame_to_its_last(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), script=PLAYED, **MOVING)
    canvas.page.wait_for_timeout(700)
    places = playheads(canvas)
    assert places[0] == 0 and places == sorted(places) and len(set(places)) > 5
    assert not canvas.state()["playing"] and canvas.state()["playhead"] == 14


def test_play_and_pause_by_mouse_and_space(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), **MOVING)
    for _ in range(3):
        canvas.page.locator(".speed").click()
    expect(canvas.page.locator(".speed")).to_have_text("¼×")  # so that no press comes after the end
    canvas.page.get_by_role("button", name="Play").click()
    canvas.wait("s.playing && s.playhead > 1 && s.playhead < 12")
    canvas.page.get_by_role("button", name="Pause").click()
    stopped, before = canvas.state()["playhead"], canvas.picture()
    canvas.page.wait_for_timeout(400)
    assert canvas.state()["playhead"] == stopped < 14
    assert np.array_equal(canvas.picture(), before)
    canvas.stage.focus()
    canvas.page.keyboard.press("Space")
    canvas.wait(f"s.playing && s.playhead > {stopped}")
    canvas.page.keyboard.press("Space")
    assert not canvas.state()["playing"]


def test_repeat_and_speed(visit: Visit) -> None:
    canvas = visit(Cloud(points=500, frames=4), **MOVING)
    canvas.page.get_by_role("button", name="Repeat").click()
    expect(canvas.page.get_by_role("button", name="Repeat")).to_have_attribute("aria-pressed", "true")
    speed = canvas.page.locator(".speed")
    speed.click()
    speed.click()
    expect(speed).to_have_text("4×")
    canvas.play.click()
    for _ in range(2):
        canvas.wait("s.playhead > 2")
        canvas.wait("s.playing && s.playhead < 1")
    canvas.play.click()


def test_new_snapshots_are_followed_and_zoom_and_muted_classes_stay(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, live=True, shown=3), **MOVING)
    assert canvas.state()["playhead"] == 2 and canvas.state()["following"]
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.legend("1").click()
    zoomed = canvas.state()["camera"]
    canvas.next_snapshot()
    canvas.wait("s.steps.length === 4")
    canvas.wait("s.playhead === 3")
    canvas.next_snapshot()
    canvas.wait("s.playhead === 4")
    assert canvas.state()["camera"] == zoomed
    expect(canvas.legend("1")).to_have_attribute("aria-pressed", "false")
    coordinates, labels = clusters(2000, 15, 2)
    visible = labels != 1
    right, how_many = share_right(canvas, coordinates[4][visible], labels[visible])
    assert how_many > 100 and right > 0.98


DRAWN = """async (root) => {
  const drawn = [], frame = () => new Promise(requestAnimationFrame);
  await frame();
  for (let before = root.contrastiveCanvas.work().length; drawn.length < 10; before += drawn.at(-1)) {
    await frame();
    drawn.push(root.contrastiveCanvas.work().length - before);
  }
  return drawn;
}"""


def test_a_turning_picture_is_drawn_once_a_frame_and_never_after_its_end(visit: Visit) -> None:
    canvas = visit(Cloud(points=500, dims=3, live=True, shown=2), rest=False, **MOVING)
    root = canvas.page.locator(".cl-canvas")
    for newest in (2, 3, 4):
        canvas.next_snapshot()
        canvas.wait(f"s.playhead === {newest}")
    assert canvas.state()["turning"] and root.evaluate(DRAWN) == [1] * 10
    canvas.page.evaluate("window.remove()")
    assert root.evaluate(DRAWN) == [0] * 10


def test_a_visitor_who_scrubs_back_is_left_there_until_asking_for_the_newest(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, live=True, shown=4), **MOVING)
    canvas.scrub.fill("1")
    canvas.next_snapshot()
    canvas.wait("s.steps.length === 5")
    canvas.page.wait_for_timeout(500)
    assert canvas.state()["playhead"] == 1
    canvas.page.get_by_role("button", name="Follow the newest frame").click()
    canvas.wait("s.playhead === 4 && s.following")


def test_the_camera_moves_between_two_snapshots_without_a_jump(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, live=True, shown=12), **MOVING)
    canvas.page.locator(".cl-canvas").evaluate(
        """root => {
          root.recorded = [];
          const look = () => {
            const { playhead, camera } = root.contrastiveCanvas.state();
            root.recorded.push([playhead, camera.scale]);
            root.watch = requestAnimationFrame(look);
          };
          look();
        }"""
    )
    canvas.next_snapshot()
    canvas.wait("s.playhead === 12")
    canvas.rest()
    recorded = np.array(canvas.page.locator(".cl-canvas").evaluate("root => root.recorded"))
    moves = np.diff(recorded[:, 0])
    assert moves.min() >= 0 and moves.max() < 0.5
    assert len(np.unique(recorded[:, 0])) > 4
    assert np.abs(np.diff(np.log(recorded[:, 1]))).max() < 0.3
    assert recorded[-1, 1] != recorded[0, 1]  # the picture grew, so the scale had to follow


def test_a_run_that_ends_is_not_played_again_and_another_run_starts_afresh(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, live=True, shown=5), script=PLAYED, **MOVING)
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.legend("1").click()
    canvas.change(live=False)
    expect(canvas.page.locator(".newest")).to_be_hidden()
    canvas.page.wait_for_timeout(500)
    assert canvas.state()["playhead"] == 4 and canvas.state()["zoom"] > 1.3
    assert playheads(canvas) == []
    canvas.change(run="b")
    expect(canvas.legend("1")).to_have_attribute("aria-pressed", "true")
    canvas.rest()
    assert playheads(canvas)[0] == 0
    assert canvas.state()["zoom"] == pytest.approx(1, abs=0.01)


def test_a_rerun_with_the_same_frames_changes_nothing(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, live=True, shown=5))
    canvas.scrub.fill("2")
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.rest()
    before, camera = canvas.picture(), canvas.state()["camera"]
    canvas.show()
    canvas.page.mouse.move(5, 5)
    canvas.page.wait_for_timeout(1500)
    assert canvas.state()["camera"] == camera
    assert np.abs(canvas.picture() - before).mean() < 0.2  # a button may fade out


def test_a_single_frame_has_no_timeline(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, frames=1))
    expect(canvas.page.locator(".timeline")).to_be_hidden()
    assert canvas.state()["playhead"] == 0


def test_reduced_motion_animates_nothing_unasked(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, dims=3), rest=False, script=PLAYED)
    before = canvas.state()
    canvas.page.wait_for_timeout(500)
    after = canvas.state()
    assert before["playhead"] == after["playhead"] == 14
    assert before["yaw"] == after["yaw"] and not after["playing"] and not after["turning"]
    assert playheads(canvas) == []
    canvas.play.click()  # on request it jumps from snapshot to snapshot
    canvas.wait("!s.playing")
    places = set(playheads(canvas))
    assert len(places) > 2 and all(at == int(at) for at in places)
