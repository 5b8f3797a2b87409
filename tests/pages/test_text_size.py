"""Large text: chosen by a link or by the button, kept on every page, and left to each reader of a link."""

from tests.pages.conftest import OpenPage


def styles(app: object) -> list[str]:
    return [each.proto.body for each in app.get("html")]  # type: ignore[attr-defined]


def is_large(app: object) -> bool:
    return any("22.4px" in style for style in styles(app))


def test_a_link_opens_large_text_and_the_settings_do_not_remove_it_from_the_url(open_page: OpenPage) -> None:
    app = open_page("lab/train.py", text="large", margin="0.5")
    assert is_large(app) and not app.warning
    app.slider(key="margin").set_value(0.7).run()
    assert app.query_params["text"] == "large" and app.query_params["margin"] == "0.7"
    assert not app.warning


def test_the_button_switches_to_large_text_and_back(open_page: OpenPage) -> None:
    app = open_page("learn/losses.py")
    assert not is_large(app)
    app.button(key="text_size_button").click().run()
    assert is_large(app) and app.query_params["text"] == "large"
    app.button(key="text_size_button").click().run()
    assert not is_large(app) and "text" not in app.query_params
