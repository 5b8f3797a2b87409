"""The heatmap component alone, without a server: its files on an empty page."""

from dataclasses import asdict

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data import DATASETS
from pages.ui.components.component_files import component_files
from pages.ui.components.heatmap import Cell, Heatmap

MOUNT = """async ([script, data]) => {
    const { default: mount } = await import("data:text/javascript," + encodeURIComponent(script));
    mount({ data, parentElement: document.body, setTriggerValue: () => {} });
}"""


def mounted(page: Page, shown: Heatmap, *, pressable: bool) -> Locator:
    html, css, script = component_files("heatmap").values()
    # the margin of a page of the app on a phone
    page.set_content(
        f"<!doctype html><style>body {{ margin: 14px; --st-font: sans-serif }} {css}</style>{html}"
    )
    page.evaluate(MOUNT, [script, {**asdict(shown), "selected": None, "pressable": pressable}])
    return page.locator("table")


def square(rows: list[str], columns: list[str]) -> Heatmap:
    cells = [[Cell("5,923", 0.5, f"{row} in {column}", row in column) for column in columns] for row in rows]
    return Heatmap("a table", "above", rows, columns, cells)


def test_if_not_pressable_it_is_a_plain_table_with_tips(page: Page) -> None:
    shown = square(["one", "two"], ["A ≈ one", "B ≈ two"])
    table = mounted(page, shown, pressable=False)
    expect(table).to_have_role("table")
    expect(table.locator("button, [tabindex]")).to_have_count(0)
    tips = table.locator("tbody td > *").evaluate_all("all => all.map(cell => cell.title)")
    assert tips == [cell.tip for row in shown.cells for cell in row]
    marked = table.locator(".marked").evaluate_all("all => all.map(cell => cell.title)")
    assert marked == ["one in A ≈ one", "two in B ≈ two"]
    expect(mounted(page, shown, pressable=True)).to_have_role("grid")
    expect(page.locator("table button")).to_have_count(4)


@pytest.mark.parametrize("dataset", DATASETS)
def test_on_a_phone_every_name_and_number_can_be_read(page: Page, dataset: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    names = list(DATASETS[dataset].classes)
    columns = [f"{letter} ≈ {name}" for letter, name in zip("ABCDEFGHIJ", names, strict=True)]
    table = mounted(page, square(names, columns), pressable=False)
    expect(table.locator("th")).to_have_count(20)
    cut = table.locator("th, th span, .figure").evaluate_all(
        """all => all.filter(text => text.scrollWidth > text.clientWidth && text.clientWidth
            || text.scrollHeight > text.clientHeight && text.clientHeight).map(text => text.textContent)"""
    )
    assert cut == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
