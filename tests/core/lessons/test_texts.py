"""The texts of the lessons: every figure has a placeholder, every text is used, and none is missing."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import PARAMETERS, RunConfig, written
from core.lessons import cures, texts
from core.lessons.collapses import COLLAPSES
from core.lessons.curve_handle import HANDLES


def test_a_figure_replaces_its_placeholder() -> None:
    assert texts.filled("From {low} to {high}.", low="1", high="{2}") == "From 1 to {2}."
    assert texts.filled("No figure.") == "No figure."


@pytest.mark.parametrize("figures", [{}, {"low": "1"}, {"low": "1", "high": "2", "more": "3"}])
def test_a_figure_without_a_placeholder_and_a_placeholder_without_a_figure_are_refused(
    figures: dict[str, str],
) -> None:
    with pytest.raises(ValueError, match="has places for"):
        texts.filled("From {low} to {high}.", **figures)


def test_the_parts_of_a_file_are_read_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    (tmp_path / "some.md").write_text(
        "## One of {n} {#one}\n\nThe first\nis {n}.\n\n## two\n\nThe *second*.\n"
    )
    assert texts.sections("some") == {
        "one": texts.Section("One of {n}", "The first is {n}."),
        "two": texts.Section("", "The *second*."),
    }
    assert texts.section("some", "one", n="1") == "The first is 1."
    with pytest.raises(KeyError):
        texts.section("some", "three")
    with pytest.raises(FileNotFoundError):
        texts.whole("none")


def test_every_collapse_has_a_button_and_a_text_with_its_own_numbers() -> None:
    assert list(texts.sections("collapse_buttons")) == list(COLLAPSES)
    for one in COLLAPSES.values():
        assert one.label and len(one.what) > 40
        for name in one.shows:
            assert PARAMETERS[name].text(getattr(one.config, name)) in one.what
    assert "temperature of 0.01" in COLLAPSES["temperature_too_low"].what
    assert "six" not in COLLAPSES["temperature_too_high"].what  # the number is the config's


def test_every_cure_has_a_text_and_a_label_that_names_what_it_sets() -> None:
    assert [suspect.cure for suspect in cures.SUSPECTS] == list(texts.sections("collapse_cures"))
    for suspect in cures.SUSPECTS:
        part = texts.sections("collapse_cures")[suspect.cure]
        cured = replace(RunConfig(), **suspect.change(RunConfig()))
        label = texts.filled(part.title, **written(cured, suspect.shows))
        assert label.startswith("Cure: ") and part.text.endswith(".")
        for name in suspect.shows:
            assert label.endswith(PARAMETERS[name].text(getattr(cured, name)))


def test_every_handle_has_a_text() -> None:
    assert tuple(texts.sections("losses_handles")) == HANDLES


def test_no_text_names_a_figure_in_a_formula() -> None:
    """`filled` would take \\frac{m}{2} for placeholders of figures called m and 2."""
    for path in sorted(texts.FOLDER.glob("*.md")):
        assert not re.search(r"\\\w+\{|[_^]\{", path.read_text("utf-8")), path.name
