"""The texts of the Learn pages: each says one thing to do and one to notice, names its sources, and is all there."""

import re

import pytest

from pages.ui.lessons import FOLDER
from tests.pages.conftest import PROJECT, OpenPage

PAGES = sorted(path.stem for path in (PROJECT / "pages" / "learn").glob("*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_thing_to_do_one_to_notice_and_its_sources(open_page: OpenPage, name: str) -> None:
    app = open_page(f"learn/{name}.py")
    written = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    body, _, sources = written.partition("\n## Sources\n")
    assert app.markdown[0].value.strip() == body.strip()
    texts = [text.value for text in app.markdown]
    for one_thing in ("**Do:**", "**Notice:**"):
        assert sum(text.count(one_thing) for text in texts) == 1
    assert len(sources.split()) > 5 and re.search(r"\b(19|20)\d\d\b", sources)
    assert " ".join(sources.split()) in [caption.value for caption in app.caption]


def test_every_text_is_shown_somewhere_with_its_figures_filled_in(open_page: OpenPage) -> None:
    shown = [text.value for name in PAGES for text in open_page(f"learn/{name}.py").markdown]
    figure = re.compile(r"\{\w+\}")
    for path in sorted(FOLDER.glob("*.md")):
        body = path.read_text(encoding="utf-8").partition("\n## Sources\n")[0]
        pieces = [re.escape(piece) for piece in figure.split(body.strip())]
        assert any(re.fullmatch(r"[-+\d,.%]+".join(pieces), text.strip()) for text in shown), path.name
