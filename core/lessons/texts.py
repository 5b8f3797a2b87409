"""The texts of the lessons, assets/lessons/*.md, and the figures filled into them.

A file is one text, or several sections, each below a heading `## Its title {#its_name}` or just `## its_name`.
A figure's placeholder is its name in braces.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from core.environment import PROJECT

FOLDER = PROJECT / "assets" / "lessons"

_HEADING = re.compile(r"^## (?:(?P<title>.+) \{#(?P<name>\w+)\}|(?P<bare>\w+))$", re.MULTILINE)
_FIGURE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Section:
    """A section of a text file. title: "" if its heading has none."""

    title: str
    text: str


def whole(name: str) -> str:
    """The current text of the file `name`: edits appear on the page without a restart."""
    return _read(name, (FOLDER / f"{name}.md").stat().st_mtime)


@lru_cache(maxsize=100)
def _read(name: str, changed: float) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def sections(name: str) -> dict[str, Section]:
    """The sections of the file `name`, by section name."""
    text = whole(name)
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {
        heading["name"] or heading["bare"]: Section(
            heading["title"] or "", " ".join(text[heading.end() : end].split())
        )
        for heading, end in zip(headings, ends, strict=True)
    }


def section(name: str, of: str, /, **figures: str) -> str:
    """The text of one section, with its figures filled in."""
    return filled(sections(name)[of].text, **figures)


def filled(text: str, /, **figures: str) -> str:
    """`text` with each placeholder replaced by its figure.

    Raises ValueError if placeholders and figures differ: an unused figure is as wrong as a name in braces on
    the page.
    """
    places = set(_FIGURE.findall(text))
    if places != set(figures):
        raise ValueError(f"This text has places for {sorted(places)}, not {sorted(figures)}: {text}")
    return _FIGURE.sub(lambda found: figures[found[1]], text)
