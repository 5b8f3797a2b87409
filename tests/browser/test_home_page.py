"""Home in a real browser, opened by a new visitor."""

import contextlib
import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.harness import STILL, Server, Watch, open_page, settled
from tests.browser.lab import PHONE, Theme, TrainPage, folders
from tests.browser.slow_line import slow_line


@pytest.fixture
def moving() -> bool:
    return True  # the picture plays by itself


def test_opened_cold_it_shows_all_points_of_the_shipped_run(page: Page, server: Server) -> None:
    trained = folders(server.runs)
    open_page(page, server)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    TrainPage(page, server).expect_points(60_000)
    expect(page.get_by_role("img", name=re.compile("60,000 points of 10 classes"))).to_be_visible()
    colours = page.locator("canvas.points").evaluate(
        """canvas => new Set(new Uint32Array(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert colours > 10  # it is painted, not only counted
    assert page.get_by_role("alert").count() == 0
    assert folders(server.runs) == trained  # opening the page trains nothing


def test_the_whole_card_of_a_door_leads_to_its_section(page: Page, server: Server) -> None:
    open_page(page, server)
    page.locator(".st-key-door_Lab").click(position={"x": 3, "y": 3})  # far from the words
    expect(TrainPage(page, server).train).to_be_enabled()
    settled(page)
    assert page.url == f"{server.url}/train"


@pytest.mark.parametrize("address", ["trian", "n%C3%B6%20page", "lab/trian/"])
def test_an_unknown_address_says_so_and_leads_to_the_pages(page: Page, server: Server, address: str) -> None:
    open_page(page, server, f"/{address}?margin=0.5")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    expect(page).to_have_title("No such page · Contrastive Lab")
    assert page.get_by_role("dialog").count() == 0  # Streamlit's own answer, over Home
    page.get_by_role("main").get_by_role("link", name="Train").click()
    settled(page)
    expect(page).to_have_title("Train · Contrastive Lab")


def test_on_a_phone_nothing_scrolls_to_the_side(page: Page, server: Server) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, server)
    phone = TrainPage(page, server)
    phone.expect_points(60_000)
    assert phone.scrollable("x") == []


# The state and position of the first picture, while it exists, and of the page's own canvas.
BOTH = """() => {
    const found = {};
    const hosts = { first: '#first-picture .picture', own: '[data-testid="stBidiComponentIsolated"]' };
    for (const [name, selector] of Object.entries(hosts)) {
        const canvas = [...document.querySelectorAll(selector)]
            .map(host => host.shadowRoot?.querySelector('.cl-canvas')).find(found => found?.contrastiveCanvas);
        if (!canvas) continue;
        const { n, playhead } = canvas.contrastiveCanvas.state();
        const points = canvas.querySelector('canvas.points');
        const pixels = points.width
            ? new Uint32Array(points.getContext('2d').getImageData(0, 0, points.width, points.height).data.buffer)
            : [];
        const { x, y, width, height } = canvas.querySelector('.stage').getBoundingClientRect();
        found[name] = { n, playhead, colours: new Set(pixels).size, place: [x, y, width, height] };
    }
    return found;
}"""


def test_all_points_are_on_the_screen_before_streamlit_has_started(
    watched: tuple[Page, Watch], server: Server
) -> None:
    page, watch = watched
    page.route(re.compile(r"/static/js/index\."), lambda route: route.abort())  # Streamlit never starts
    watch.expect(r"/static/js/index\.")
    page.goto(server.url, wait_until="domcontentloaded")
    page.wait_for_function(f"(({BOTH})().first?.colours ?? 0) > 10")
    both = page.evaluate(BOTH)
    assert both["first"]["n"] == 60_000 and "own" not in both
    expect(page.get_by_text("watch all 60,000 of them")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 800, 390])
def test_the_pages_own_canvas_continues_from_the_first_picture(
    page: Page, server: Server, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(f"setInterval(() => (window.recorded ??= []).push(({BOTH})()), 20)")
    open_page(page, server)
    page.wait_for_function("!document.getElementById('first-picture')")
    page.wait_for_function("window.recorded.at(-1).own.playhead > 3")
    recorded = page.evaluate("window.recorded")
    first = [at["first"] for at in recorded if "first" in at]
    alone = [at["own"] for at in recorded if "first" not in at and "own" in at]
    assert {at["playhead"] for at in first} == {0}
    assert alone[0]["n"] == 60_000 and alone[0]["colours"] > 10
    assert alone[0]["playhead"] < 3 < alone[-1]["playhead"]  # from the start on
    assert alone[0]["place"] == pytest.approx(first[-1]["place"], abs=1)  # nothing jumps


def test_the_first_picture_waits_for_the_canvas_and_is_removed_if_that_gets_no_frames(
    watched: tuple[Page, Watch], server: Server
) -> None:
    """The page says why: here it cannot fetch the frames; only the first is inlined in the page."""
    page, watch = watched
    watch.expect("410|/frames/train")
    asked: list[Route] = []
    page.route(re.compile("/frames/train"), lambda route: asked.append(route))
    page.goto(server.url)
    expect(page.locator('.stApp[data-test-script-state="notRunning"] h1')).to_be_attached()
    page.wait_for_timeout(4000)
    assert page.locator("#first-picture").count() == 1  # however slowly the frames arrive
    asked[0].fulfill(status=410, json={"error": "The example is damaged."})
    expect(page.locator("#first-picture")).to_have_count(0)
    expect(page.get_by_text("The example is damaged.").first).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "picked"),
    [("light", None), ("dark", None), ("dark", "System"), ("dark", "Light"), ("light", "Dark")],
)
def test_the_first_picture_has_the_theme_of_the_page(
    page: Page, server: Server, scheme: Theme, picked: str | None
) -> None:
    page.emulate_media(color_scheme=scheme)
    if picked:  # in Streamlit's menu, at an earlier visit
        page.add_init_script(f"""localStorage.setItem("stActiveTheme-/-v2", '"{picked}"')""")
    ground = "element => getComputedStyle(element).backgroundColor"
    page.add_init_script(
        "setInterval(() => { const first = document.getElementById('first-picture');"
        " if (first) window.ground = getComputedStyle(first).backgroundColor; }, 20)"
    )
    open_page(page, server)
    assert page.evaluate("window.ground") == page.locator(".stApp").evaluate(ground)
    red = re.search(r"[0-9]+", page.evaluate("window.ground"))
    dark = scheme == "dark" if picked in (None, "System") else picked == "Dark"
    assert red and (int(red[0]) < 60) == dark


def test_no_other_page_has_the_first_picture(server: Server) -> None:
    with (
        urllib.request.urlopen(f"{server.url}/") as home,
        urllib.request.urlopen(f"{server.url}/train") as other,
    ):
        assert b'id="first-picture"' in home.read()
        assert b"first-picture" not in other.read()


def test_a_cached_page_is_not_sent_again(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/") as first:
        tag = first.headers["ETag"]
    again = urllib.request.Request(f"{server.url}/", headers={"If-None-Match": tag})
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(again)
    with answer.value as response:
        assert response.code == 304


def test_without_javascript_nothing_covers_streamlit(browser: Browser, server: Server) -> None:
    with contextlib.closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(server.url)
        expect(page.locator("#first-picture")).to_have_count(1)
        expect(page.locator("#first-picture")).to_be_hidden()


# Recorded in the page itself: by the time a test asks, it may have played already.
PLAYED = """() => {
    window.played = [];
    setInterval(() => {
        const canvas = [...document.querySelectorAll(document.getElementById('first-picture')
                ? '#first-picture .picture' : '[data-testid="stBidiComponentIsolated"]')]
            .map(host => host.shadowRoot?.querySelector('.cl-canvas')?.contrastiveCanvas).find(Boolean);
        const { n, playing, playhead, steps } = canvas?.state() ?? { n: 0 };
        if (n === 60000) window.played.push([playing, playhead / (steps.length - 1)]);
    }, 20);
}"""


def played(page: Page, server: Server) -> list[tuple[bool, float]]:
    """Whether it plays, and its position on the timeline, from the first picture until it stops."""
    page.add_init_script(f"({PLAYED})()")
    open_page(page, server)
    page.wait_for_function("window.played.length > 20 && !window.played.at(-1)[0]", timeout=60_000)
    return [(bool(playing), at) for playing, at in page.evaluate("window.played")]


def test_the_shipped_run_replays_by_itself_and_stops_at_its_end(page: Page, server: Server) -> None:
    states = played(page, server)
    places = [at for _, at in states]
    assert states[0][0] and places[0] == 0
    assert places == sorted(places) and len({round(at, 1) for at in places}) > 5
    assert places[-1] == 1


def test_reduced_motion_shows_the_end_at_once(page: Page, server: Server) -> None:
    page.emulate_media(**STILL)
    assert set(played(page, server)) == {(False, 1.0)}


# What is on the screen, and what has been loaded by then.
SHOWN = """() => {
    const canvas = [...document.querySelectorAll(document.getElementById('first-picture')
            ? '#first-picture .picture' : '[data-testid="stBidiComponentIsolated"]')]
        .map(host => host.shadowRoot?.querySelector('.cl-canvas')).find(Boolean);
    if (!canvas?.contrastiveCanvas) return false;
    const loaded = path => performance.getEntriesByType("resource").some(entry => entry.name.includes(path));
    const { n, playhead, steps } = canvas.contrastiveCanvas.state();
    const points = canvas.querySelector("canvas.points");
    const pixels = new Uint32Array(
        points.getContext("2d").getImageData(0, 0, points.width, points.height).data.buffer);
    (window.recorded ??= []).push({
        frames: loaded("/frames/"), n, playhead, colours: new Set(pixels).size });
    return loaded("/frames/") && playhead === steps.length - 1;
}"""


def test_on_a_slow_connection_all_points_wait_at_their_start_for_the_other_frames(
    page: Page, server: Server
) -> None:
    """The first frame is a fifteenth of the replay's size."""
    with slow_line(server.url, bytes_a_second=1_500_000) as url:
        page.goto(url, wait_until="commit")
        page.wait_for_function(SHOWN, polling=50, timeout=60_000)
        recorded = page.evaluate("window.recorded")
        page.goto("about:blank")
    early = [at for at in recorded if not at["frames"] and at["n"] == 60_000]
    assert len(early) > 5
    assert {at["playhead"] for at in early} == {0}
    assert max(at["colours"] for at in early) > 10
    late = [at["playhead"] for at in recorded if at["frames"]]
    assert late == sorted(late) and len(set(late)) > 5
