"""Settings in the URL: cold links, the back button, presets, and invalid links."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.config import PARAMETERS, PRESETS, RunConfig
from tests.browser.canvas_lab import Canvas, pixels_of
from tests.browser.conftest import StartServer
from tests.browser.harness import MOVING, Server, open_page, settled
from tests.browser.lab import TrainPage, link_on, run_of, visitor

# one of each kind of widget, none at its default
MOVED = {
    "loss": "triplet_margin",
    "margin": 0.35,
    "epochs": 3,
    "embedding_dims": 5,
    "digits": 4,
    "sampling": "sampled",
    "batch_size": 128,
    "learning_rate": 0.0005,
    "hidden": (64, 32),
    "seed": 21,
}


@pytest.fixture
def lab(page: Page, server: Server) -> TrainPage:
    return TrainPage(page, server)


def shown(lab: TrainPage) -> RunConfig:
    """The settings that the widgets on the page show; settings without a widget are not relevant here."""
    return RunConfig(**{name: lab.value(name) for name in PARAMETERS if lab.widget(name).count()})


def test_a_link_followed_cold_leads_to_its_page_and_settings(page: Page, start_server: StartServer) -> None:
    lab = TrainPage(page, start_server()).open("margin=0.5&epochs=1&embedding_dims=3")
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_text("Page not found").count() == 0
    assert shown(lab) == RunConfig(margin=0.5, epochs=1, embedding_dims=3)
    lab.expect_points(60_000)
    expect(lab.differ).to_be_visible()  # the shipped run, trained with other settings


def test_changed_settings_are_in_the_url_and_restored_from_it(
    lab: TrainPage, browser: Browser, server: Server
) -> None:
    lab.open()
    assert shown(lab) == RunConfig()
    assert "?" not in lab.page.url
    lab.set(**MOVED)
    query = lab.page.url.partition("?")[2]
    assert RunConfig.from_text(dict(pair.split("=") for pair in query.split("&"))) == RunConfig(**MOVED)
    with visitor(browser, server) as other:
        other.open(query)
        assert shown(other) == RunConfig(**MOVED)
        assert other.alerts.count() == 0


def test_a_link_to_a_finished_run_shows_it(lab: TrainPage, browser: Browser, server: Server) -> None:
    lab.open("epochs=1&digits=3&seed=22").press_train()
    lab.wait_until_trained()
    with visitor(browser, server) as other:
        open_page(other.page, server, lab.page.url.removeprefix(server.url))
        expect(other.status).to_contain_text("Trained in")
        expect(other.status).to_contain_text("3 classes")
        expect(other.differ).to_have_count(0)
        assert other.figures() == lab.figures()
        images = len(run_of(server.runs, epochs=1, digits=3, seed=22).embedding().train)
        assert images < 60_000
        for one in (lab, other):
            one.expect_points(images)


def test_back_and_forward_move_the_settings(lab: TrainPage) -> None:
    lab.open()
    lab.set(epochs=3)  # one step of the slider, one history entry
    lab.preset("Tutorial").click()
    settled(lab.page)
    for go, config in [
        (lab.page.go_back, RunConfig(epochs=3)),
        (lab.page.go_back, RunConfig()),
        (lab.page.go_forward, RunConfig(epochs=3)),
        (lab.page.go_forward, PRESETS["tutorial"]),
    ]:
        go()
        settled(lab.page, quiet=0.8)
        assert shown(lab) == config


def test_the_settings_survive_a_visit_to_another_page(lab: TrainPage) -> None:
    lab.open("epochs=7&hidden=64-32")
    lab.page.get_by_role("link", name="Home").click()
    settled(lab.page)
    lab.page.get_by_role("button", name="Lab", exact=True).click()
    lab.page.get_by_test_id("stTopNav").or_(lab.page.get_by_role("menu")).get_by_text(
        "Train", exact=True
    ).click()
    settled(lab.page)
    assert shown(lab) == RunConfig(epochs=7, hidden=(64, 32))
    assert lab.page.url.endswith("/train?epochs=7&hidden=64-32")


def below(upper: Locator, lower: Locator) -> float:
    """How far one element is below another, in CSS pixels."""
    boxes = [element.bounding_box() for element in (upper, lower)]
    assert boxes[0] and boxes[1]
    return boxes[1]["y"] - boxes[0]["y"]


def test_a_preset_sets_every_widget_and_is_left_when_one_is_moved(lab: TrainPage) -> None:
    lab.open()
    for name in ("tutorial", "notebook"):
        preset = lab.preset(name.capitalize())
        preset.click()
        settled(lab.page)
        assert shown(lab) == PRESETS[name]
        expect(preset).to_be_checked()
    seed, margin = lab.widget("seed"), lab.widget("margin")  # Advanced, which is now open, must stay so
    place = below(preset, margin)
    seed.fill("5")
    seed.press("Enter")
    settled(lab.page)
    expect(preset).not_to_be_checked()
    assert below(preset, margin) == place  # nor does anything else move
    expect(lab.page.get_by_role("textbox", name="Seed")).to_be_visible()


def test_a_bad_link_is_answered_by_one_warning_with_a_reason_for_each_value(lab: TrainPage) -> None:
    lab.open("margin=9&loss=zzz&digits=abc&foo=1&hidden=5-x&epochs=3")
    expect(lab.alerts).to_have_count(1)
    sentences = lab.alerts.get_by_role("listitem")
    expect(sentences).to_have_count(5)
    for words in (
        "Margin goes from 0 to 5; 9 is outside",
        "'zzz' is not known",
        "'abc' is not a value such as 10",
        "'foo', which is not a setting",
        "'5-x' is not a value such as 256-128-32",
    ):
        expect(sentences.filter(has_text=words)).to_have_count(1)
    assert shown(lab) == RunConfig(epochs=3)  # valid values are kept
    assert lab.page.url.endswith("/train?epochs=3")
    lab.expect_points(60_000)
    expect(lab.train).to_be_enabled()


def test_a_link_to_an_impossible_run_says_why_and_cannot_be_trained(lab: TrainPage) -> None:
    lab.open("digits=1")
    expect(lab.alerts).to_contain_text(re.compile("needs images of at least two classes"))
    expect(lab.train).to_be_disabled()
    lab.press_shortcut_of(lab.train)
    settled(lab.page)
    lab.expect_points(60_000)
    lab.set(digits=2)
    expect(lab.alerts).to_have_count(0)
    expect(lab.train).to_be_enabled()


def test_nonsense_typed_into_the_hidden_widths_is_refused_with_a_sentence(lab: TrainPage) -> None:
    lab.open()
    widths = lab.widget("hidden")
    widths.fill("64-many")
    widths.press("Enter")
    expect(lab.alerts).to_contain_text("'64-many' is not a value such as 256-128-32")
    expect(lab.train).to_be_disabled()
    lab.set(hidden=(64, 16))
    expect(lab.train).to_be_enabled()


@pytest.mark.parametrize("path", ["/train", "/embedding"])
def test_the_copied_link_shows_somebody_else_the_picture_as_it_is(
    page: Page, browser: Browser, server: Server, path: str
) -> None:
    lab = TrainPage(page, server)
    sent: list[object] = []  # the browser's messages to the server
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, server, path)
    lab.expect_points(60_000)
    canvas = Canvas(page)
    canvas.rest()
    assert "seen=" not in link_on(page)
    page.keyboard.press("Escape")
    settled(page)
    before = len(sent)
    box = canvas.stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    page.mouse.wheel(0, -300)
    canvas.legend("3").click()
    canvas.scrub.focus()
    canvas.page.keyboard.press("ArrowLeft")
    canvas.turn_on("Centroids")
    canvas.rest()
    assert before > 0 and len(sent) == before  # zooming costs the server nothing
    link = link_on(page)
    assert re.search(r"\?seen=m3~s[0-9]+~omargin_centroids~p[0-9._-]+$", link) and len(link) < 120
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.keyboard.press("Escape")
    with visitor(browser, server) as other:
        open_page(other.page, server, link.removeprefix(server.url))
        other.expect_points(60_000)
        theirs = Canvas(other.page)
        theirs.rest()
        assert other.alerts.count() == 0
        ours, there = canvas.state(), theirs.state()
        assert (there["muted"], there["steps"]) == ([3], ours["steps"])
        assert set(there["overlays"]) == {"margin", "centroids"}
        assert there["clock"] == ours["clock"] < ours["steps"][-1]
        assert there["camera"] == pytest.approx(ours["camera"], rel=1e-3)
        expect(theirs.legend("3")).to_have_attribute("aria-pressed", "false")
        expect(theirs.step).to_have_text(canvas.step.inner_text())
        assert pixels_of(theirs, 4) == pytest.approx(pixels_of(canvas, 4), rel=0.02)
        theirs.legend("3").click()  # and now they are in control
        other.page.get_by_role("button", name="Show everything").click()
        theirs.rest()
        assert theirs.state()["muted"] == [] and not theirs.state()["ownCamera"]


def test_an_invalid_bookmark_gets_a_warning_and_the_usual_picture(
    lab: TrainPage,
) -> None:
    lab.open("epochs=3&seen=p0_0_1e999~%3Cscript%3Ealert(1)%3C/script%3E")
    expect(lab.alerts).to_have_count(1)
    expect(lab.alerts).to_contain_text("How the link shows the picture cannot be read; it is shown as usual.")
    assert shown(lab) == RunConfig(epochs=3)
    lab.expect_points(60_000)
    assert not lab.canvas()["ownCamera"] and lab.canvas()["muted"] == []


def test_a_link_to_another_tab_keeps_the_picture_behind_it(lab: TrainPage) -> None:
    query = "part=Density&seen=m3~omargin_centroids~p0.2_0.1_0.5"
    lab.open(query)
    lab.expect_points(60_000)
    assert link_on(lab.page).endswith(f"/train?{query}")  # passed on unchanged while the tab is not open
    lab.page.keyboard.press("Escape")
    settled(lab.page)
    lab.tab("Embedding")
    canvas = Canvas(lab.page)
    canvas.wait("s.ownCamera")
    state = canvas.state()
    assert state["muted"] == [3] and state["camera"]["x"] == 0.2 and state["camera"]["y"] == 0.1
    assert min(state["width"], state["height"]) / state["camera"]["scale"] == pytest.approx(0.5)
    assert link_on(lab.page).endswith("/train?seen=m3~omargin_centroids~p0.2_0.1_0.5")


def test_the_link_polls_the_canvas_only_while_it_is_open(page: Page, server: Server) -> None:
    page.add_init_script("window.asked = 0; addEventListener('contrastive-lab-bookmark', () => asked++)")
    lab = TrainPage(page, server)
    lab.open()
    lab.expect_points(60_000)
    link_on(page)
    for scheme in ("dark", "light", "dark"):  # each change makes Streamlit call the component again
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
    began = page.evaluate("[performance.now(), asked]")
    page.wait_for_timeout(3000)
    ended = page.evaluate("[performance.now(), asked]")
    assert 1 <= ended[1] - began[1] <= (ended[0] - began[0]) / 500 + 1
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Link to what is on the screen")).to_have_count(0)
    before = page.evaluate("asked")
    page.wait_for_timeout(1500)
    assert page.evaluate("asked") == before


def test_a_link_to_a_run_that_is_not_here_shows_its_picture_when_it_has_been_trained(
    browser: Browser, server: Server
) -> None:
    # an animated picture can also stop between two snapshots, as at step 5
    with visitor(browser, server, **MOVING) as lab:
        lab.open("epochs=1&digits=3&seed=23&seen=m1~s5~ccluster~p0.2_0.1_0.5")
        lab.expect_points(60_000)
        assert lab.canvas()["muted"] == []  # another run is on the page
        lab.press_train()
        lab.wait_until_trained()
        canvas = Canvas(lab.page)
        canvas.wait("s.ownCamera && s.colouring === 'cluster'")
        canvas.rest()
        expect(canvas.step).to_have_text(re.compile("^5 / "))
        assert canvas.state()["muted"] == [1] and canvas.state()["camera"]["x"] == 0.2
