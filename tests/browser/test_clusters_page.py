"""Clusters in a real browser: pressing a number shows its points and images."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import PRESETS
from core.data import Dataset
from core.runs import Embedding, run_at
from tests.browser.harness import Server, open_page, settled
from tests.browser.lab import PHONE, TrainPage, folders
from tests.browser.test_accessibility import serious
from tests.drawn_digits import DrawnDigits

PATH = "/clusters"
TABS = (
    "Davies-Bouldin",
    "KMeans",
    "Confusion",
    "Scores",
    "Rand index",
    "Without clusters",
    "All figures",
    "Disagreement",
)


# Text that Streamlit itself fades or tints with the theme's colours
OF_THE_THEME = [
    ['[data-testid="stCaptionContainer"]'],
    ['[data-variant="segmented_control"]'],
    ['[data-testid="stSliderThumbValue"]'],
]


@pytest.fixture
def moving() -> bool:
    return True  # KMeans plays


@pytest.fixture(scope="module")
def digits(mnist: Dataset) -> DrawnDigits:
    return DrawnDigits(mnist.train)


@pytest.fixture(scope="module")
def shipped() -> Embedding:
    return run_at(PRESETS["fast"].key).embedding()


def tab_path(name: str) -> str:
    return f"{PATH}?part={name.replace(' ', '+')}"


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("grid", name=name)


def cell(page: Page, name: str, words: str) -> Locator:
    return table(page, name).get_by_role("button", name=re.compile(words))


def chosen(page: Page, label: str) -> str:
    return page.get_by_role("main").get_by_role("combobox", name=label, exact=True).input_value()


def chart(page: Page, words: str) -> Locator:
    """The chart whose description starts with `words`; Playwright does not know its role, graphics-document."""
    return page.locator(f'[data-testid="stVegaLiteChart"][aria-label^="{words}"]')


def metric(page: Page, label: str) -> str:
    tile = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return tile.get_by_test_id("stMetricValue").inner_text()


def slider(page: Page, label: str) -> Locator:
    return page.get_by_role("slider", name=label)


def test_opened_cold_by_its_link_both_matrices_and_a_pair_are_there(page: Page, server: Server) -> None:
    trained = folders(server.runs)
    open_page(page, server, PATH)
    for name in ("S of each pair, KMeans clusters", "S of each pair, True classes"):
        expect(table(page, name).get_by_role("button")).to_have_count(90)  # none on the diagonal
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas")).to_be_visible()
    assert page.get_by_role("alert").count() == 0
    assert folders(server.runs) == trained  # opening the page trains nothing


def test_a_press_on_a_cell_of_the_matrix_shows_its_worked_fraction(
    page: Page, server: Server, shipped: Embedding
) -> None:
    open_page(page, server, PATH)
    cell(page, "S of each pair, KMeans clusters", "^C ≈ 2 and H ≈ 7").click()
    settled(page)
    assert (chosen(page, "First"), chosen(page, "Second")) == ("C ≈ 2", "H ≈ 7")
    points = [shipped.train[shipped.train_clusters == label].astype(float) for label in (2, 7)]
    centres = [own.mean(axis=0) for own in points]
    widths = [
        np.linalg.norm(own - centre, axis=1).mean() for own, centre in zip(points, centres, strict=True)
    ]
    between = np.linalg.norm(centres[0] - centres[1])
    worked_out = page.locator(".katex-mathml annotation").text_content() or ""
    assert f"{{{widths[0]:.4f}+{widths[1]:.4f}}}{{{between:.4f}}}" in worked_out
    expect(page.get_by_role("main").get_by_text(f"centroids are {between:.3f} apart")).to_be_visible()
    expect(chart(page, "C ≈ 2 and H ≈ 7")).to_be_visible()
    # a press in the matrix of the true classes switches to them
    cell(page, "S of each pair, True classes", "^4 and 9").click()
    settled(page)
    assert (chosen(page, "First"), chosen(page, "Second")) == ("4", "9")
    expect(page.get_by_role("radio", name="True classes")).to_be_checked()
    cell(page, "S of each pair, KMeans clusters", "^A ≈ 0 and B ≈ 1").click()
    settled(page)
    assert (chosen(page, "First"), chosen(page, "Second")) == ("A ≈ 0", "B ≈ 1")
    # and without the matrix
    box = page.get_by_role("combobox", name="First")
    box.click()
    box.fill("D")
    page.get_by_role("option", name="D ≈ 3").click()
    settled(page)
    assert chosen(page, "First") == "D ≈ 3"
    marked = table(page, "S of each pair, KMeans clusters").locator("button[aria-pressed=true]")
    assert (marked.get_attribute("aria-label") or "").startswith("D ≈ 3 and B ≈ 1")


def test_cells_can_be_reached_and_pressed_by_keys_alone(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    name = "S of each pair, KMeans clusters"
    pressed = table(page, name).locator("button[aria-pressed=true]")
    expect(table(page, name).locator("button[tabindex='0']")).to_have_count(1)  # one stop of the tab key
    pressed.focus()
    words = pressed.get_attribute("aria-label")
    assert words is not None and words.startswith("F ≈ 5 and I ≈ 8")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    settled(page)
    assert (chosen(page, "First"), chosen(page, "Second")) == ("E ≈ 4", "H ≈ 7")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # skips the diagonal, which cannot be pressed
    page.keyboard.press("Enter")
    settled(page)
    assert (chosen(page, "First"), chosen(page, "Second")) == ("I ≈ 8", "H ≈ 7")


def test_a_press_on_a_confusion_shows_just_those_images(
    page: Page, server: Server, digits: DrawnDigits, shipped: Embedding
) -> None:
    open_page(page, server, tab_path("Confusion"))
    for label, cluster in ((4, 9), (7, 1)):
        name = f"^class {label} in cluster {'ABCDEFGHIJ'[cluster]} ≈ {cluster}:"
        cell(page, "Classes and clusters", name).click()
        settled(page)
        members = np.flatnonzero((shipped.train_labels == label) & (shipped.train_clusters == cluster))
        shown = page.get_by_role("img", name=re.compile(f"^Class {label} in cluster")).locator("image")
        places = [
            digits.place(uri or "")
            for uri in shown.evaluate_all("all => all.map(i => i.getAttribute('href'))")
        ]
        assert len(places) == min(18, len(members))
        assert set(places) <= set(members.tolist())
        expect(page.get_by_text(f"{len(members):,} images", exact=True)).to_be_visible()
        picture = chart(page, f"class {label} in cluster")
        expect(picture).to_have_attribute("aria-label", re.compile(f": {min(300, len(members))} points"))
    before = shown.first.get_attribute("href")
    page.get_by_role("button", name="Other images").click()
    settled(page)
    assert shown.first.get_attribute("href") != before or len(members) < 18
    # unmatched and by share the cells show the same images
    page.get_by_role("radio", name="as KMeans leaves them").click()
    settled(page)
    page.get_by_role("radio", name="share of the cluster").click()
    settled(page)
    cell(page, "Classes and clusters", "^class 2 in cluster D:").click()
    settled(page)
    count = int(((shipped.train_labels == 2) & (shipped.train_clusters == 3)).sum())
    expect(page.get_by_text(f"{count} images", exact=True)).to_be_visible()
    heads = table(page, "Classes and clusters").locator("thead th").all_inner_texts()
    sizes = [int((shipped.train_clusters == "ABCDEFGHIJ".index(name)).sum()) for name in heads]
    assert sizes == sorted(sizes, reverse=True)


def test_kmeans_plays_to_its_end_and_stops(page: Page, server: Server) -> None:
    open_page(page, server, tab_path("KMeans"))
    first, last = float(metric(page, "Inertia")), slider(page, "Iteration").get_attribute("max")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(slider(page, "Iteration")).to_have_value(str(last), timeout=60_000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    settled(page)
    assert float(metric(page, "Inertia")) < first
    assert metric(page, "Changed cluster") == "0"


def test_the_scan_over_k_stops_on_request_and_continues_from_there(page: Page, server: Server) -> None:
    open_page(page, server, tab_path("KMeans"))
    main = page.get_by_role("main")
    silhouette = chart(page, "silhouette")
    page.get_by_role("button", name="Try k from 2 to 20").click()
    # immediately: it takes only a few seconds. Streamlit may show its own Stop above
    main.get_by_role("button", name="Stop").click()
    expect(main.get_by_role("button", name=re.compile("^(Continue|Try k)"))).to_be_visible()
    settled(page)
    before = main.inner_text()
    page.wait_for_timeout(1500)
    assert main.inner_text() == before
    main.get_by_role("button", name=re.compile("^(Continue|Try k)")).click()
    expect(silhouette).to_be_visible(timeout=60_000)


def test_more_pairs_narrow_the_interval(page: Page, server: Server) -> None:
    open_page(page, server, tab_path("Rand index"))

    def width() -> float:
        tile = page.get_by_test_id("stMetric").filter(has_text="Share in agreement")
        low, high = re.findall(r"[\d.]+", tile.get_by_test_id("stMetricDelta").inner_text())
        return float(high) - float(low)

    widths = [width()]
    for button in ("Sample 100", "Sample 10,000"):
        page.get_by_role("button", name=button, exact=True).click()
        settled(page)
        widths.append(width())
    assert widths[0] > widths[1] > widths[2]
    assert abs(float(metric(page, "Share in agreement")) - float(metric(page, "Rand index"))) < 0.01


def test_the_open_tab_is_in_the_url(page: Page, server: Server) -> None:
    warned: list[str] = []
    page.on("console", lambda message: warned.append(message.text) if message.type == "warning" else None)
    open_page(page, server, PATH)
    for name in TABS[1:]:
        page.get_by_role("tab", name=name).click()
        settled(page)
        assert parse_qs(urlsplit(page.url).query) == {"part": [name]}
        assert page.get_by_test_id("stException").count() == 0
    # such as Vega's warning about a chart that is drawn before its data exist
    assert not [text for text in warned if text.startswith("WARN")]
    page.reload()
    settled(page)
    expect(page.get_by_role("tab", name=TABS[-1])).to_have_attribute("aria-selected", "true")


def test_on_a_phone_nothing_but_the_row_of_tabs_scrolls_to_the_side(page: Page, server: Server) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, server, PATH)
    phone, tabs = TrainPage(page, server), page.get_by_role("tablist")
    for name in TABS:
        phone.tab(name)
        tabs.evaluate("tabs => { tabs.style.overflow = 'hidden' }")  # Streamlit's own row scrolls by design
        assert phone.scrollable("x") == [], name
        tabs.evaluate("tabs => { tabs.style.overflow = '' }")


def test_axe_reports_nothing_serious_in_any_tab(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    for name in TABS:
        page.get_by_role("tab", name=name, exact=True).click()
        settled(page)
        found = serious(page, context={"exclude": OF_THE_THEME})
        assert not found, "\n".join([name, *found])
