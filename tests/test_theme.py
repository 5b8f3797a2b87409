"""The theme: readable in light and dark, with palettes that keep their order without colour."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parent.parent
CONFIG: dict[str, Any] = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MODES = ("light", "dark")


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance, 0 (black) to 1 (white)."""
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio, 1 (equal) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def places(mode: str) -> list[dict[str, str]]:
    return [CONFIG["theme"][mode], CONFIG["theme"][mode] | CONFIG["theme"][mode]["sidebar"]]


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable_on_every_background(mode: str) -> None:
    for place in places(mode):
        for background in ("backgroundColor", "secondaryBackgroundColor"):
            for text in ("textColor", "linkColor"):
                assert contrast(place[text], place[background]) >= 4.5, (text, background)
        assert contrast(place["codeTextColor"], place["codeBackgroundColor"]) >= 4.5
        assert contrast(place["dataframeHeaderTextColor"], place["dataframeHeaderBackgroundColor"]) >= 4.5


def faded(text: str, background: str, opacity: float) -> str:
    mixed = (
        round(
            opacity * int(text[start : start + 2], 16)
            + (1 - opacity) * int(background[start : start + 2], 16)
        )
        for start in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


@pytest.mark.parametrize("mode", MODES)
def test_a_caption_is_readable_although_streamlit_fades_it(mode: str) -> None:
    for place in places(mode):
        for background in (place["backgroundColor"], place["secondaryBackgroundColor"]):
            assert contrast(faded(place["textColor"], background, 0.6), background) >= 4.5, background


@pytest.mark.parametrize("mode", MODES)
def test_the_label_of_a_primary_button_is_readable(mode: str) -> None:
    assert contrast("#ffffff", CONFIG["theme"][mode]["primaryColor"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_the_values_of_sliders_in_the_sidebar_are_readable(mode: str) -> None:
    sidebar = CONFIG["theme"][mode]["sidebar"]
    assert contrast(sidebar["primaryColor"], sidebar["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_the_palettes_have_ten_different_colours(mode: str) -> None:
    for kind in ("Categorical", "Sequential", "Diverging"):
        assert len(set(CONFIG["theme"][mode][f"chart{kind}Colors"])) == 10


def test_every_digit_stands_out_from_the_dark_background() -> None:
    dark = CONFIG["theme"]["dark"]
    assert min(contrast(colour, dark["backgroundColor"]) for colour in dark["chartCategoricalColors"]) >= 3


@pytest.mark.parametrize("mode", MODES)
def test_a_sequential_palette_departs_from_the_background_step_by_step(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    steps = [contrast(colour, theme["backgroundColor"]) for colour in theme["chartSequentialColors"]]
    assert steps == sorted(steps)
    assert steps[0] < 1.4
    assert steps[-1] > 7


@pytest.mark.parametrize("mode", MODES)
def test_a_diverging_palette_is_closest_to_the_background_in_its_middle(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    steps = [contrast(colour, theme["backgroundColor"]) for colour in theme["chartDivergingColors"]]
    assert steps[:5] == sorted(steps[:5], reverse=True)
    assert steps[5:] == sorted(steps[5:])


def streamlit_complains_in(folder: Path) -> str:
    """Streamlit's complaints about a folder's settings, which it would then ignore."""
    command = [sys.executable, "-m", "streamlit", "config", "show"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr


def test_streamlit_knows_every_setting(tmp_path: Path) -> None:
    assert streamlit_complains_in(PROJECT) == ""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[theme.dark]\nfavouriteColor = 'red'\n")
    assert '"theme.dark.favouriteColor" is not a valid config option' in streamlit_complains_in(tmp_path)
