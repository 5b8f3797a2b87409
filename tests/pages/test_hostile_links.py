"""Links with values that no widget can hold: the page opens, and says what it ignores."""

import pytest

from tests.pages.conftest import PROJECT, OpenPage

# By page: what opens the part with these widgets, and the widgets that the URL can set.
BOUND = [
    ("lab/draw.py", {}, ("digit_from", "part")),
    ("lab/draw.py", {"digit_from": "Test image"}, ("test_image",)),
    ("lab/clusters.py", {}, ("part",)),
    ("lab/clusters.py", {"part": "KMeans"}, ("kmeans_start", "kmeans_k_10", "kmeans_seed")),
    ("lab/clusters.py", {"part": "Confusion"}, ("cells", "order")),
    ("lab/clusters.py", {"part": "Disagreement"}, ("disagreement",)),
    ("lab/embedding.py", {}, ("images", "classes_10", "part")),
    ("lab/embedding.py", {"part": "Voronoi cells"}, ("per_class_10",)),
    ("lab/embedding.py", {"embedding_dims": "8"}, ("directions",)),
    ("practice/exercises.py", {}, ("exercise",)),
    ("practice/predict.py", {}, ("question",)),
]


def test_the_list_has_every_bound_widget() -> None:
    sources = [path.read_text("utf-8") for path in (PROJECT / "pages").rglob("*.py")]
    assert sum(source.count('bind="query-params"') for source in sources) == sum(
        len(keys) for _, _, keys in BOUND
    )


@pytest.mark.parametrize("value", ["", "inf", "9" * 400, "-1e300", "nan<b>\x00"], ids=lambda value: value[:6])
@pytest.mark.parametrize(("page", "opened", "keys"), BOUND, ids=lambda part: str(part)[:40])
def test_a_link_that_no_widget_can_hold_opens_the_page_and_is_told(
    open_page: OpenPage, page: str, opened: dict[str, str], keys: tuple[str, ...], value: str
) -> None:
    app = open_page(page, **opened, **dict.fromkeys(keys, value))
    assert not app.exception and app.main.children
    ignored = {
        key
        for key in keys
        if any(f"link's {key}," in warning.value.replace("\\", "") for warning in app.warning)
    }
    if value in ("", "inf", "9" * 400):
        assert ignored == {key for key in keys if value or key != "classes_10"}
